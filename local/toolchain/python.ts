import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../errors";
import { writeFileAtomic } from "../files";
import { cacheRoot } from "../paths";
import { run, type Progress } from "./run";

/**
 * A virtual environment holding exactly what a requirements file pins, kept in the cache under the file's digest. It
 * counts as installed once its stamp is written: one that was interrupted is made again.
 * @returns the environment's folder
 */
export async function ensurePython(requirements: string, progress: Progress): Promise<string> {
    const digest = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 12);
    const dir = join(cacheRoot(), "python", digest);
    const stamp = join(dir, "installed");
    if (existsSync(stamp)) return dir;
    rmSync(dir, { recursive: true, force: true });
    progress("making a Python environment");
    await run(process.env["BQX_PYTHON"] ?? "python3", ["-m", "venv", dir]).catch((error: unknown) => {
        throw new UserError(
            "Python 3.11 or newer with its venv module is needed (Debian: apt-get install python3-venv).",
            {
                cause: error,
            },
        );
    });
    const pip = [
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--no-input",
        "--require-hashes",
        "--no-deps",
        "-r",
        requirements,
    ];
    await run(join(dir, "bin", "python"), pip, { onLine: progress });
    writeFileAtomic(stamp, new Date().toISOString());
    return dir;
}

import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { UserError } from "../errors";
import { run, type Progress } from "./run";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** The path of an installed Chromium or Chrome, or `undefined` where the PATH has none. */
export function findBrowser(path = process.env["PATH"] ?? ""): string | undefined {
    const folders = path.split(delimiter).filter((folder) => folder !== "");
    return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find((file) =>
        existsSync(file),
    );
}

/**
 * Sees to the browser that the console's tests drive: the one on the PATH, else Debian's package.
 * @throws UserError that says what to install where this cannot
 */
export async function ensureBrowser(progress: Progress): Promise<string> {
    const found = findBrowser();
    if (found !== undefined) return found;
    const advice = `The console's tests need one of ${NAMES.join(", ")} on the PATH (Debian: apt-get install chromium).`;
    if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) throw new UserError(advice);
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    await run("apt-get", ["update", "-q"], { env, onLine: progress });
    await run("apt-get", ["install", "-y", "-q", "--no-install-recommends", "chromium"], {
        env,
        onLine: progress,
    });
    const installed = findBrowser();
    if (installed === undefined) throw new UserError(advice);
    return installed;
}

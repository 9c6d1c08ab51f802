import { createHash } from "node:crypto";
import { createReadStream, renameSync, rmSync, writeFileSync } from "node:fs";
import { threadId } from "node:worker_threads";

/** How the names of files end that are not whole yet. */
export const TEMPORARY = ".tmp";

/** A reader sees the file as it was or as it will be, never a part. */
export function writeWhole(path: string, content: string | Uint8Array): void {
    const temporary = `${path}.${process.pid}-${threadId}${TEMPORARY}`;
    try {
        writeFileSync(temporary, content);
        renameSync(temporary, path);
    } catch (error) {
        rmSync(temporary, { force: true });
        throw error;
    }
}

/** SHA-256 of a file's content, in hexadecimal digits. */
export async function sha256OfFile(path: string): Promise<string> {
    const hash = createHash("sha256");
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
        hash.update(chunk);
    }
    return hash.digest("hex");
}

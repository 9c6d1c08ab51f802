import { randomBytes } from "node:crypto";
import { type FileHandle, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";

/** Appends bytes to a file being written. */
export type Write = (chunk: Buffer) => Promise<void>;

/**
 * Streams into a new temporary file in `folder` and flushes it to disk. The file is removed when `fill`
 * fails, so that nothing half-written is ever left by a live process; what a killed one leaves is cleaned at
 * start.
 */
export async function stageFile<T>(
    folder: string,
    fill: (write: Write) => Promise<T>,
): Promise<{ path: string; result: T }> {
    const path = join(folder, randomBytes(12).toString("hex"));
    const file = await open(path, "wx");
    try {
        const result = await fill((chunk) => writeAll(file, chunk));
        await file.sync();
        await file.close();
        return { path, result };
    } catch (error) {
        await file.close();
        await rm(path, { force: true });
        throw error;
    }
}

// One write() may take only part of its buffer.
async function writeAll(file: FileHandle, chunk: Buffer): Promise<void> {
    for (let written = 0; written < chunk.length;) {
        written += (await file.write(chunk, written)).bytesWritten;
    }
}

/** Moves a staged file into place and flushes the folder's entry: after this it survives a power cut. */
export async function publishFile(stagedPath: string, folder: string, name: string): Promise<void> {
    await rename(stagedPath, join(folder, name));
    const handle = await open(folder, "r");
    try {
        await handle.sync();
    } finally {
        await handle.close();
    }
}

/** Writes a small JSON file so that readers see the old content or the new, never a mixture. */
export async function publishJson(
    stagingFolder: string,
    folder: string,
    name: string,
    value: unknown,
): Promise<void> {
    const { path } = await stageFile(stagingFolder, (write) => write(Buffer.from(JSON.stringify(value))));
    await publishFile(path, folder, name);
}

/** Reads every `*.json` of a folder, a few at a time. The shape is the caller's own: it wrote the files. */
export async function readJsonFiles<T>(folder: string, names: readonly string[]): Promise<T[]> {
    const found: T[] = [];
    const batchSize = 64;
    for (let start = 0; start < names.length; start += batchSize) {
        const batch = names.slice(start, start + batchSize);
        const texts = await Promise.all(batch.map((name) => readFile(join(folder, name), "utf8")));
        found.push(...texts.map((text) => JSON.parse(text) as T));
    }
    return found;
}

/** File names of a folder; none where it does not exist. */
export async function listFolder(folder: string): Promise<string[]> {
    try {
        return await readdir(folder);
    } catch (error) {
        if (isMissing(error)) return [];
        throw error;
    }
}

/** Whether an error says that a file or folder is not there. */
export function isMissing(error: unknown): boolean {
    return error instanceof Error && "code" in error && error.code === "ENOENT";
}

/** Runs work on one key strictly one after another; different keys do not wait for each other. */
export class KeyedLock {
    private readonly tails = new Map<string, Promise<unknown>>();

    async run<T>(key: string, work: () => Promise<T>): Promise<T> {
        const before = this.tails.get(key) ?? Promise.resolve();
        const result = before.then(work);
        // The next in line waits for this one, whether it fails or not.
        const tail = result.catch(() => undefined);
        this.tails.set(key, tail);
        try {
            return await result;
        } finally {
            if (this.tails.get(key) === tail) this.tails.delete(key);
        }
    }
}

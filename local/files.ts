import { randomBytes } from "node:crypto";
import {
    closeSync,
    existsSync,
    fsyncSync,
    mkdirSync,
    openSync,
    readFileSync,
    renameSync,
    rmSync,
    writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { UserError } from "./errors";

/** Writes a file so that a reader, or a machine that loses power, sees the old content or the new, never a part. */
export function writeFileAtomic(path: string, content: string | Uint8Array, mode = 0o600): void {
    mkdirSync(dirname(path), { recursive: true });
    const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
    try {
        const file = openSync(temporary, "wx", mode);
        try {
            writeFileSync(file, content);
            fsyncSync(file);
        } finally {
            closeSync(file);
        }
        renameSync(temporary, path);
    } catch (error) {
        rmSync(temporary, { force: true });
        throw error;
    }
}

/**
 * The JSON in a file, or `undefined` where there is none.
 * @throws UserError naming the file, where it is not JSON
 */
export function readJson(path: string): unknown {
    if (!existsSync(path)) return undefined;
    try {
        return JSON.parse(readFileSync(path, "utf8"));
    } catch (error) {
        throw new UserError(`${path} is damaged: it is not JSON.`, { cause: error });
    }
}

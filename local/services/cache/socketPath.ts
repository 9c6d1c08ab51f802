import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The shortest limit of the systems that we run on: 104 bytes on macOS, 108 on Linux, both with the closing zero. */
const SOCKET_PATH_BYTES_MAX = 103;
const SOCKET = "valkey.sock";

/** A folder for Valkey's socket, that its owner alone can enter. */
function socketFolder(dataDir: string): string {
    const own = join(dataDir, "socket");
    if (Buffer.byteLength(join(own, SOCKET)) <= SOCKET_PATH_BYTES_MAX) return own;
    // The path of a deep folder does not fit: a short one is derived from it, the same at each start.
    return join(tmpdir(), `bqx-${createHash("sha256").update(dataDir).digest("hex").slice(0, 16)}`);
}

/**
 * Makes the folder and answers with the socket's path.
 *
 * @throws Error where the folder belongs to somebody else, who could then read what passes through it.
 */
export function prepareSocket(dataDir: string): string {
    const folder = socketFolder(dataDir);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = lstatSync(folder);
    if (uid !== process.getuid?.() || (mode & 0o077) !== 0) {
        throw new Error(`${folder} is not closed to others: remove it, then try again.`);
    }
    const path = join(folder, SOCKET);
    rmSync(path, { force: true });
    return path;
}

/** Removes the folder of the socket; none is no error. */
export function removeSocket(dataDir: string): void {
    rmSync(socketFolder(dataDir), { recursive: true, force: true });
}

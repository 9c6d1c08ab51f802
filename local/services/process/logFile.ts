import {
    closeSync,
    copyFileSync,
    existsSync,
    fstatSync,
    openSync,
    readSync,
    statSync,
    truncateSync,
} from "node:fs";

/** A log and its predecessor together stay below twice this, plus what is written between two looks. */
export const LOG_BYTES_MAX = 10 * 1024 * 1024;

const TAIL_BYTES = 2_048;
const TAIL_LINES = 12;

/** Opens a log for a child, that appends to it; only its owner may read it. The caller closes the descriptor. */
export function openLog(path: string): number {
    boundLog(path);
    return openSync(path, "a", 0o600);
}

/** Moves what a full log holds to `<path>.1` and empties it in place: the child keeps its open file, and appends. */
export function boundLog(path: string): void {
    if (!existsSync(path) || statSync(path).size < LOG_BYTES_MAX) return;
    copyFileSync(path, `${path}.1`);
    truncateSync(path);
}

/** The last lines of a log, for an error message. */
export function tailOf(path: string): string {
    if (!existsSync(path)) return "";
    const file = openSync(path, "r");
    try {
        const buffer = Buffer.alloc(TAIL_BYTES);
        const position = Math.max(0, fstatSync(file).size - TAIL_BYTES);
        const length = readSync(file, buffer, 0, TAIL_BYTES, position);
        return buffer.toString("utf8", 0, length).trim().split("\n").slice(-TAIL_LINES).join("\n");
    } finally {
        closeSync(file);
    }
}

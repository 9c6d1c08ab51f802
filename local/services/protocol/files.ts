import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from "node:fs";

/**
 * Replaces a file in one step: after a crash it holds the old content or the new, never a mixture. Synchronous, so
 * that state in memory and on disk change together.
 */
export function replaceFile(path: string, content: string | Uint8Array): void {
    const draft = `${path}.tmp`;
    const file = openSync(draft, "w", 0o600);
    try {
        writeFileSync(file, content);
        fsyncSync(file);
    } finally {
        closeSync(file);
    }
    renameSync(draft, path);
}

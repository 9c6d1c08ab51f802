import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { relative } from "node:path";

/**
 * Writes a generated text to its file, whole or not at all. With `check` it only compares, says what to run where they
 * differ, and sets a failing exit code.
 */
export function writeOrCheck(path: string, text: string, check: boolean): void {
    const name = relative(process.cwd(), path);
    if (check) {
        if (readFileSync(path, "utf8") === text) return;
        console.error(`${name} is out of date: run "tsx ${relative(process.cwd(), process.argv[1] ?? "")}"`);
        process.exitCode = 1;
        return;
    }
    const temporary = `${path}.${process.pid}.tmp`;
    writeFileSync(temporary, text);
    renameSync(temporary, path);
    console.log(`wrote ${name}`);
}

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../local/paths";

/** Not part of a fresh checkout, or of no use to a copy. */
const LEFT_OUT = [".git", "node_modules", "tests", "docs"];

/** Copies the checkout's sources to a folder, as a fresh clone has them: without installed packages. */
export function copyCheckout(dir: string): void {
    for (const entry of readdirSync(ROOT))
        if (!LEFT_OUT.includes(entry)) cpSync(join(ROOT, entry), join(dir, entry), { recursive: true });
}

/** Gives a copy the checkout's packages by links, with the stamp that `bqx` leaves once they are installed. */
export function linkPackages(dir: string): void {
    const modules = join(dir, "node_modules");
    mkdirSync(modules);
    for (const entry of readdirSync(join(ROOT, "node_modules")))
        if (!entry.startsWith(".bqx")) symlinkSync(join(ROOT, "node_modules", entry), join(modules, entry));
    const stamp = execFileSync("sh", ["-c", 'printf "%s %s" "$(cksum < package-lock.json)" "$(uname -sm)"'], {
        cwd: dir,
    });
    writeFileSync(join(modules, ".bqx-installed"), stamp);
}

import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { basename, join, resolve } from "node:path";

/** The checkout that this code runs from. */
export const ROOT = resolve(__dirname, "..");

const isRoot = process.getuid?.() === 0;

/**
 * Where the local stacks of this checkout keep everything: outside the checkout, so that `git status` stays clean. For
 * root it is a folder that PostgreSQL's unprivileged user can reach. `BQX_STATE` overrides it.
 */
export function stateRoot(): string {
    if (process.env["BQX_STATE"] !== undefined) return resolve(process.env["BQX_STATE"]);
    const base = isRoot ? "/var/lib" : (process.env["XDG_STATE_HOME"] ?? join(homedir(), ".local", "state"));
    const checkout = createHash("sha256").update(ROOT).digest("hex").slice(0, 8);
    return join(base, "bqx", `${basename(ROOT)}-${checkout}`);
}

/** What is installed once for all checkouts: the engine, the Python tools. `BQX_CACHE` overrides it. */
export function cacheRoot(): string {
    if (process.env["BQX_CACHE"] !== undefined) return resolve(process.env["BQX_CACHE"]);
    return join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "bqx");
}

/** The folder of one local stack. */
export function stackDir(stack: string): string {
    return join(stateRoot(), stack);
}

import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { UserError } from "./errors";
import { identityOf, isAlive } from "./processes";

const holderSchema = z.object({
    /** What the process does: `up`. */
    doing: z.string(),
    since: z.string(),
    process: z.object({ pid: z.int(), startTime: z.string() }),
});

type Holder = z.infer<typeof holderSchema>;

const POLL_MILLISECONDS = 25;
/** Far longer than any work done in turn takes. */
const TURN_MILLISECONDS = 15_000;

/**
 * Keeps two commands from changing one stack at a time. A lock whose holder has died is taken over.
 * @throws UserError naming the command that holds it
 */
export async function withStackLock<T>(stackDir: string, doing: string, work: () => Promise<T>): Promise<T> {
    const path = join(stackDir, "lock");
    const own = describeSelf(doing);
    const other = acquire(path, own);
    if (other !== undefined) throw heldBy(other);
    return holding(path, own, work);
}

/**
 * Does a moment's work one process at a time, each waiting for its turn.
 * @param path the lock's file
 * @throws UserError naming the command that does not end
 */
export async function inTurn<T>(path: string, doing: string, work: () => Promise<T>): Promise<T> {
    const own = describeSelf(doing);
    const deadline = Date.now() + TURN_MILLISECONDS;
    for (let other = acquire(path, own); other !== undefined; other = acquire(path, own)) {
        if (Date.now() > deadline) throw heldBy(other);
        await sleep(POLL_MILLISECONDS);
    }
    return holding(path, own, work);
}

async function holding<T>(path: string, own: string, work: () => Promise<T>): Promise<T> {
    try {
        return await work();
    } finally {
        // Work may have removed the folder, and another command may have begun in a new one.
        if (read(path) === own) rmSync(path, { force: true });
    }
}

function describeSelf(doing: string): string {
    return JSON.stringify({ doing, since: new Date().toISOString(), process: identityOf(process.pid) });
}

function heldBy({ doing, since, process }: Holder): UserError {
    return new UserError(
        `Another "bqx ${doing}" (process ${process.pid}, since ${since}) is working on this stack. ` +
            "Wait for it to end, or stop it, then try again.",
    );
}

/** Takes the lock. @returns who holds it, where that is another process that runs */
function acquire(path: string, own: string): Holder | undefined {
    while (!create(path, own)) {
        const content = read(path);
        if (content === undefined) continue; // Just released.
        const other = holderIn(content);
        if (other !== undefined && isAlive(other.process)) return other;
        discard(path, content);
    }
    return undefined;
}

/** Creates the lock with its content in one step, so that nobody finds it empty. @returns false where there is one */
function create(path: string, content: string): boolean {
    const complete = `${path}.${process.pid}.new`;
    writeFileSync(complete, content, { mode: 0o600 });
    try {
        linkSync(complete, path);
        return true;
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
        throw error;
    } finally {
        rmSync(complete);
    }
}

/** Removes a dead process's lock. One that another process has put in its place meanwhile is put back. */
function discard(path: string, content: string): void {
    const aside = `${path}.${process.pid}.old`;
    try {
        renameSync(path, aside);
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return; // Another process was faster.
        throw error;
    }
    const taken = read(aside);
    if (taken !== undefined && taken !== content) create(path, taken);
    rmSync(aside);
}

function read(path: string): string | undefined {
    try {
        return readFileSync(path, "utf8");
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw error;
    }
}

/** Whom a lock names; `undefined` where its content is damaged, as a full disk can leave it. */
function holderIn(content: string): Holder | undefined {
    try {
        return holderSchema.safeParse(JSON.parse(content)).data;
    } catch {
        return undefined;
    }
}

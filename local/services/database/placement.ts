import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, readFileSync, realpathSync, rmSync, statSync } from "node:fs";
import { chmod, chown, cp, lstat, readdir, rename, rm } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { writeFileAtomic } from "../../files";
import { stopRecorded, type StopManner } from "../process/pidFile";
import type { Owner } from "../process/supervise";

/** Where PostgreSQL lives on this machine, and as whom it runs. */
export interface Placement {
    /** Holds the clusters' data. */
    readonly home: string;
    readonly binDir: string;
    /** Whom PostgreSQL runs as, where that is not who runs the stack: it refuses to run as root. */
    readonly owner?: Owner;
}

/** `nobody` on every Linux; it owns nothing else of ours. */
const NOBODY: Owner = { uid: 65534, gid: 65534 };
/** Root's own folder for such data: unlike /var/tmp, nothing cleans it by age, and nobody else can write there. */
const ROOT_HOMES = "/var/lib";

/** Where the host notes the pid of a cluster's server. */
export const pidFileIn = (dataDir: string) => join(dataDir, "postgres.pid.json");

/**
 * Decides where data and binaries go. An ordinary user has them where they are. Root hands the server to `nobody`, who
 * must reach both: what lies behind a closed folder, such as /root, is kept under /var/lib instead, and `dataDir` notes it.
 */
export async function placeDatabase(dataDir: string, binDir: string): Promise<Placement> {
    if (process.getuid?.() !== 0) return { home: dataDir, binDir };
    const home = notedHome(dataDir) ?? noteHome(dataDir);
    if (home !== dataDir) makeRootHome(home);
    return { home, binDir: await reachableBinaries(binDir, home), owner: NOBODY };
}

/** How a server is stopped: SIGINT is the fast shutdown, which breaks off sessions, then writes everything out. */
export const STOP_MANNER: StopManner = { signal: "SIGINT", milliseconds: 12_000 };

/** Stops the server that a killed host may have left running. @returns its pid; nothing where none ran */
export function stopOrphanedDatabase(dataDir: string): Promise<number | undefined> {
    return stopRecorded(pidFileIn(dataDir), STOP_MANNER);
}

/** Stops the server that an earlier run may have left, then removes everything of the database, wherever it was put. */
export async function purgeDatabase(dataDir: string): Promise<void> {
    await stopOrphanedDatabase(dataDir);
    const home = notedHome(dataDir);
    if (home !== undefined) rmSync(home, { recursive: true, force: true });
    rmSync(dataDir, { recursive: true, force: true });
}

const noteIn = (dataDir: string) => join(dataDir, "home");

function notedHome(dataDir: string): string | undefined {
    const note = noteIn(dataDir);
    return existsSync(note) ? resolve(dataDir, readFileSync(note, "utf8")) : undefined;
}

/** Noted before it is made, so that a purge finds it whatever happens in between; and for good, as data go there. */
function noteHome(dataDir: string): string {
    const home = chooseHome(dataDir);
    // As "." where it is the folder itself, which may be moved as a whole.
    writeFileAtomic(noteIn(dataDir), relative(dataDir, home).startsWith("..") ? home : ".");
    return home;
}

function chooseHome(dataDir: string): string {
    if (isOpenToAll(realpathSync(dataDir))) return dataDir;
    const hash = createHash("sha256").update(realpathSync(dataDir)).digest("hex").slice(0, 16);
    return join(ROOT_HOMES, `bqx-${hash}`);
}

function isOpenToAll(path: string): boolean {
    const isPassable = (statSync(path).mode & 0o001) !== 0;
    return isPassable && (path === dirname(path) || isOpenToAll(dirname(path)));
}

function makeRootHome(home: string): void {
    mkdirSync(home, { recursive: true, mode: 0o711 });
    const { uid } = lstatSync(home);
    if (uid !== 0) throw new Error(`${home} belongs to user ${uid}, not to root: remove it, then try again.`);
}

/** The binaries where they are, or a copy of them that `nobody` can run. */
async function reachableBinaries(binDir: string, home: string): Promise<string> {
    const postgres = join(binDir, "postgres");
    if (spawnSync(postgres, ["--version"], { ...NOBODY, cwd: "/" }).status === 0) return binDir;
    const { size, mtimeMs } = statSync(postgres);
    const version = createHash("sha256").update(`${binDir} ${size} ${mtimeMs}`).digest("hex").slice(0, 16);
    const copy = join(home, `binaries-${version}`);
    if (!existsSync(copy)) {
        const draft = `${copy}.tmp`;
        await rm(draft, { recursive: true, force: true });
        await cp(dirname(binDir), draft, { recursive: true, verbatimSymlinks: true });
        await openToAll(draft);
        await rename(draft, copy);
    }
    return join(copy, "bin");
}

/** Lets everyone read, and run what its owner may run, whatever umask the files were installed under. */
async function openToAll(path: string): Promise<void> {
    const status = await lstat(path);
    if (status.isSymbolicLink()) return;
    const isRunnable = status.isDirectory() || (status.mode & 0o100) !== 0;
    await chmod(path, isRunnable ? 0o755 : 0o644);
    if (!status.isDirectory()) return;
    for (const name of await readdir(path)) await openToAll(join(path, name));
}

/** Gives a file or folder to whom the server runs as. */
export async function handOver(path: string, owner: Owner | undefined): Promise<void> {
    if (owner !== undefined) await chown(path, owner.uid, owner.gid);
}

import { createHash } from "node:crypto";
import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../errors";
import { writeFileAtomic } from "../files";
import { dataDirOf, type Instance } from "../instance";
import { ROOT } from "../paths";
import { identityOf, isAlive, type ProcessIdentity } from "../processes";
import { stopOrphanedCache } from "./cache";
import { HostClient } from "./client";
import { stopOrphanedDatabase } from "./database";
import { tailOf } from "./process/logFile";
import { recordPid, stopRecorded } from "./process/pidFile";
import type { Tools } from "./services";

const START_TIMEOUT_MILLISECONDS = 60_000;
/** The host needs time for PostgreSQL to write what it holds. */
const STOP = { signal: "SIGTERM", milliseconds: 20_000 } as const;

const pidFile = (instance: Instance): string => join(instance.dir, "host.pid.json");
const versionFile = (instance: Instance): string => join(instance.dir, "host.version");

/**
 * Starts the host of a stack where none runs, or none of this version of the code. One with a service that has given up is
 * started anew too.
 * @returns whether it had to be started
 * @throws UserError with the end of its log where it does not come up
 */
export async function ensureHost(instance: Instance, tools: Tools): Promise<boolean> {
    const version = codeVersion(tools, instance);
    if (isVersion(instance, version) && (await isHealthy(instance))) return false;
    await stopHost(instance);
    const logs = join(instance.dir, "logs");
    mkdirSync(logs, { recursive: true });
    const logPath = join(logs, "host.log");
    const log = openSync(logPath, "w", 0o600);
    const child = spawn(
        process.execPath,
        ["--require", "tsx/cjs", join(__dirname, "main.ts"), instance.stack, JSON.stringify(tools)],
        { cwd: ROOT, detached: true, stdio: ["ignore", log, log] },
    );
    closeSync(log);
    const identity = child.pid === undefined ? undefined : identityOf(child.pid);
    if (identity === undefined)
        throw new UserError(`The local services could not be started; see ${logPath}.`);
    recordPid(pidFile(instance), identity.pid);
    writeFileAtomic(versionFile(instance), version);
    child.unref();
    await waitUntilUp(instance, identity, logPath);
    return true;
}

/** Stops the host with everything it runs, and what a killed host has left. Resolves to whether anything ran. */
export async function stopHost(instance: Instance): Promise<boolean> {
    const stopped = [
        await stopRecorded(pidFile(instance), STOP),
        await stopOrphanedDatabase(dataDirOf(instance, "database")),
        await stopOrphanedCache(dataDirOf(instance, "cache")),
    ];
    return stopped.some((pid) => pid !== undefined);
}

async function isHealthy(instance: Instance): Promise<boolean> {
    const status = await new HostClient(instance).status();
    return status?.services.every(({ healthy }) => healthy) ?? false;
}

function isVersion(instance: Instance, version: string): boolean {
    return existsSync(versionFile(instance)) && readFileSync(versionFile(instance), "utf8") === version;
}

async function waitUntilUp(instance: Instance, identity: ProcessIdentity, logPath: string): Promise<void> {
    const client = new HostClient(instance);
    const deadline = Date.now() + START_TIMEOUT_MILLISECONDS;
    while ((await client.status()) === undefined) {
        if (!isAlive(identity))
            throw new UserError(`The local services stopped while starting:\n${tailOf(logPath)}`);
        if (Date.now() > deadline) {
            await stopHost(instance);
            throw new UserError(
                `The local services did not start within ${START_TIMEOUT_MILLISECONDS / 1000} s:\n${tailOf(logPath)}`,
            );
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
}

/** Folders whose code runs in the host. */
const HOST_CODE = ["local/services", "local/console", "data", "features/time"];

/** Changes when the code of the services, their tools or the stack's identity changes: then the host is started anew. */
function codeVersion(tools: Tools, { region, account }: Instance): string {
    const hash = createHash("sha256").update(JSON.stringify({ tools, region, account }));
    for (const folder of HOST_CODE) {
        const files = readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).sort();
        for (const file of files) {
            const { mtimeMs, size } = statSync(join(ROOT, folder, file));
            hash.update(`${file}:${mtimeMs}:${size}\n`);
        }
    }
    return hash.digest("hex").slice(0, 16);
}

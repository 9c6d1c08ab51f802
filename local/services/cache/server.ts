import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Redis } from "ioredis";
import { stopRecorded } from "../process/pidFile";
import { SupervisedProcess } from "../process/supervise";
import { writeFileAtomic } from "../../files";
import type { ServiceContext } from "../service";
import { accessFile, ADMIN_USER, clientRules } from "./access";
import { withClient } from "./client";
import { prepareSocket, removeSocket } from "./socketPath";

/** Loading a large append-only file takes about 10 s per GB. */
const READY_MILLISECONDS = 60_000;
const COMMAND_MILLISECONDS = 5_000;
const STOP_MANNER = { signal: "SIGTERM", milliseconds: 12_000 } as const;

const pidFileIn = (dataDir: string) => join(dataDir, "valkey.pid.json");
const dataFolderOf = (dataDir: string, groupId: string) => join(dataDir, "groups", groupId);

/** One Valkey server with the data of one replication group. It listens on a Unix socket alone. */
export class ValkeyServer {
    readonly socketPath: string;
    private readonly adminPassword = randomBytes(32).toString("base64url");
    private readonly process: SupervisedProcess;
    private readonly dataFolder: string;
    private hashes: readonly string[];

    private constructor(
        readonly groupId: string,
        private readonly context: ServiceContext,
        binaryPath: string,
    ) {
        const { dataDir } = context;
        this.dataFolder = dataFolderOf(dataDir, groupId);
        this.socketPath = prepareSocket(dataDir);
        this.hashes = this.readHashes();
        this.process = new SupervisedProcess(
            {
                title: "Valkey",
                command: binaryPath,
                args: [this.file("valkey.conf")],
                cwd: dataDir,
                env: { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" },
                logFile: join(dataDir, "valkey.log"),
                pidFile: pidFileIn(dataDir),
                stop: STOP_MANNER,
                ready: () => this.asAdmin((admin) => admin.ping()),
                readyMilliseconds: READY_MILLISECONDS,
            },
            (message) => context.log(message),
        );
    }

    /** Starts the server of a replication group, on the data that an earlier run has left. */
    static async start(groupId: string, context: ServiceContext, binaryPath: string): Promise<ValkeyServer> {
        const server = new ValkeyServer(groupId, context, binaryPath);
        await mkdir(server.dataFolder, { recursive: true, mode: 0o700 });
        writeFileAtomic(server.file("valkey.conf"), server.configuration());
        server.writeAccess();
        await server.process.start();
        return server;
    }

    get problem(): string | undefined {
        return this.process.problem;
    }

    get pid(): number | undefined {
        return this.process.pid;
    }

    /** The hashes of the tokens that clients may show, newest first. */
    get tokenHashes(): readonly string[] {
        return this.hashes;
    }

    /** Changes which tokens are valid. Open connections stay as they are. */
    async setTokenHashes(hashes: readonly string[]): Promise<void> {
        this.hashes = hashes;
        // On disk first: should the machine stop here, the next start has the new tokens.
        writeFileAtomic(this.file("tokens.json"), JSON.stringify(hashes));
        this.writeAccess();
        await this.asAdmin((admin) => admin.call("ACL", "SETUSER", "default", ...clientRules(hashes)));
    }

    /** Runs commands as the service's own user, on a connection of their own. */
    asAdmin<Result>(task: (admin: Redis) => Promise<Result>): Promise<Result> {
        const { socketPath: path, adminPassword: password } = this;
        return withClient({ path, username: ADMIN_USER, password }, COMMAND_MILLISECONDS, task);
    }

    async stop(): Promise<void> {
        await this.process.stop();
        removeSocket(this.context.dataDir);
    }

    private file(name: string): string {
        return join(this.dataFolder, name);
    }

    /** The tokens that were valid when the service stopped: a rotation outlives a restart. */
    private readHashes(): string[] {
        const file = this.file("tokens.json");
        return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as string[]) : [];
    }

    private writeAccess(): void {
        writeFileAtomic(this.file("users.acl"), accessFile(this.hashes, this.adminPassword));
    }

    private configuration(): string {
        const settings = {
            port: 0,
            unixsocket: this.socketPath,
            unixsocketperm: 700,
            dir: this.dataFolder,
            aclfile: this.file("users.acl"),
            daemonize: "no",
            // The pid file tells the server by its command line, which must stay as it was.
            "set-proc-title": "no",
            // Content survives a restart, and a crash up to its last second.
            appendonly: "yes",
            appendfsync: "everysec",
            save: "",
        };
        return Object.entries(settings)
            .map(([name, value]) => `${name} ${JSON.stringify(String(value))}\n`)
            .join("");
    }
}

const snapshotFolderOf = (dataDir: string, snapshot: string) => join(dataDir, "snapshots", snapshot);

/** @throws Error where a final snapshot of that name exists */
export function assertNoSnapshot({ dataDir }: ServiceContext, snapshot: string | undefined): void {
    if (snapshot === undefined || !existsSync(snapshotFolderOf(dataDir, snapshot))) return;
    throw new Error(
        `The final snapshot cannot be named "${snapshot}": ${snapshotFolderOf(dataDir, snapshot)} exists.`,
    );
}

/** Removes a deleted group's data, or keeps it as `snapshots/<snapshot>`. */
export async function removeData(
    context: ServiceContext,
    groupId: string,
    snapshot: string | undefined,
): Promise<void> {
    const { dataDir } = context;
    const data = dataFolderOf(dataDir, groupId);
    if (snapshot === undefined || !existsSync(data)) {
        await rm(data, { recursive: true, force: true });
        return;
    }
    const kept = snapshotFolderOf(dataDir, snapshot);
    await mkdir(join(dataDir, "snapshots"), { recursive: true, mode: 0o700 });
    await rename(data, kept);
    context.log(`Replication group ${groupId} is kept as ${kept}.`);
}

/** Stops the server that a killed host may have left running. @returns its pid; nothing where none ran */
export function stopOrphanedCache(dataDir: string): Promise<number | undefined> {
    return stopRecorded(pidFileIn(dataDir), STOP_MANNER);
}

/** Stops the server that an earlier run may have left, then removes everything of the cache. */
export async function purgeCache(dataDir: string): Promise<void> {
    await stopOrphanedCache(dataDir);
    removeSocket(dataDir);
    await rm(dataDir, { recursive: true, force: true });
}

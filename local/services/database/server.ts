import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { copyFile, chmod, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { Pool } from "pg";
import type { CertificateFiles } from "../certificate";
import { assertPortFree } from "../process/port";
import { SupervisedProcess, type Owner, type ProcessPlan } from "../process/supervise";
import { writeFileAtomic } from "../../files";
import type { ServiceContext } from "../service";
import { CERTIFICATE_FILE, CLIENT_AUTHENTICATION, KEY_FILE, serverConfiguration } from "./configuration";
import { handOver, pidFileIn, placeDatabase, STOP_MANNER, type Placement } from "./placement";
import { ADMIN_ROLE } from "./roles";

/** Recovery after a power cut reads back up to 1 GB of log (max_wal_size). */
const READY_MILLISECONDS = 120_000;
const CONNECT_MILLISECONDS = 5_000;
/** The slowest statement of the service's own is CREATE DATABASE, which waits for the disk. */
const QUERY_MILLISECONDS = 60_000;
const ADMIN_CONNECTIONS = 2;

/** What a server needs besides its data. */
export interface ServerOptions {
    readonly context: ServiceContext;
    readonly port: number;
    readonly binDir: string;
    readonly certificate: CertificateFiles;
}

/** One PostgreSQL server with the data of one cluster. */
export class PostgresServer {
    /** Connects as the service's own superuser. */
    readonly admin: Pool;
    private readonly process: SupervisedProcess;

    private constructor(
        readonly clusterId: string,
        private readonly options: ServerOptions,
        private readonly place: Placement,
    ) {
        const { context, port, certificate } = options;
        this.admin = new Pool({
            host: "127.0.0.1",
            port,
            user: ADMIN_ROLE,
            password: adminPassword(context, clusterId),
            database: "postgres",
            ssl: { ca: readFileSync(certificate.caPath) },
            max: ADMIN_CONNECTIONS,
            // Kept open, so that the time of a health query is the query's own.
            idleTimeoutMillis: 0,
            connectionTimeoutMillis: CONNECT_MILLISECONDS,
            query_timeout: QUERY_MILLISECONDS,
        });
        // An idle connection breaks when the server is restarted. The pool replaces it; the supervisor tells of the rest.
        this.admin.on("error", () => undefined);
        this.process = new SupervisedProcess(this.plan(), (message) => context.log(message));
    }

    /** Starts the server of a cluster, on data that is made if there is none. */
    static async start(clusterId: string, options: ServerOptions): Promise<PostgresServer> {
        const place = await placeDatabase(options.context.dataDir, options.binDir);
        const server = new PostgresServer(clusterId, options, place);
        try {
            await assertPortFree("PostgreSQL", options.port);
            await server.initialise();
            await server.configure();
            await server.process.start();
        } catch (error) {
            await server.admin.end();
            throw error;
        }
        return server;
    }

    get problem(): string | undefined {
        return this.process.problem;
    }

    get pid(): number | undefined {
        return this.process.pid;
    }

    get dataFolder(): string {
        return dataFolderOf(this.place.home, this.clusterId);
    }

    async stop(): Promise<void> {
        await this.admin.end();
        await this.process.stop();
    }

    private plan(): ProcessPlan {
        const { dataDir } = this.options.context;
        return {
            title: "PostgreSQL",
            command: join(this.place.binDir, "postgres"),
            args: ["-D", this.dataFolder],
            cwd: this.place.home,
            env: childEnvironment(),
            owner: this.place.owner,
            logFile: join(dataDir, "postgres.log"),
            pidFile: pidFileIn(dataDir),
            stop: STOP_MANNER,
            ready: () => this.admin.query("SELECT 1"),
            readyMilliseconds: READY_MILLISECONDS,
        };
    }

    /** Made aside and moved into place: a folder by the cluster's name is always complete. */
    private async initialise(): Promise<void> {
        if (existsSync(this.dataFolder)) return;
        const { owner, binDir, home } = this.place;
        const draft = `${this.dataFolder}.tmp`;
        const passwordFile = `${draft}.password`;
        await mkdir(join(home, CLUSTERS), { recursive: true });
        await chmod(join(home, CLUSTERS), 0o711);
        await rm(draft, { recursive: true, force: true });
        await mkdir(draft, { mode: 0o700 });
        await handOver(draft, owner);
        await writeFile(passwordFile, adminPassword(this.options.context, this.clusterId), { mode: 0o600 });
        await handOver(passwordFile, owner);
        try {
            await initialiseData(join(binDir, "initdb"), draft, passwordFile, owner);
        } finally {
            await rm(passwordFile, { force: true });
        }
        await rename(draft, this.dataFolder);
    }

    private async configure(): Promise<void> {
        const { certificate, port } = this.options;
        const { owner } = this.place;
        const into = (name: string) => join(this.dataFolder, name);
        await writeFile(into("postgresql.conf"), serverConfiguration(port));
        await writeFile(into("pg_hba.conf"), CLIENT_AUTHENTICATION);
        await copyFile(certificate.certPath, into(CERTIFICATE_FILE));
        await copyFile(certificate.keyPath, into(KEY_FILE));
        // The server refuses a key that others may read.
        await chmod(into(KEY_FILE), 0o600);
        for (const name of ["postgresql.conf", "pg_hba.conf", CERTIFICATE_FILE, KEY_FILE]) {
            await handOver(into(name), owner);
        }
    }
}

const CLUSTERS = "clusters";
const SNAPSHOTS = "snapshots";

/** @throws Error where a final snapshot of that name exists */
export async function assertNoSnapshot(options: ServerOptions, snapshot: string | undefined): Promise<void> {
    const { home } = await placeDatabase(options.context.dataDir, options.binDir);
    if (snapshot === undefined || !existsSync(snapshotFolderOf(home, snapshot))) return;
    throw new Error(
        `The final snapshot cannot be named "${snapshot}": ${snapshotFolderOf(home, snapshot)} exists.`,
    );
}

/** Removes a deleted cluster's data, or keeps it as `snapshots/<snapshot>`. */
export async function removeData(
    { context, binDir }: ServerOptions,
    clusterId: string,
    snapshot: string | undefined,
): Promise<void> {
    const { home } = await placeDatabase(context.dataDir, binDir);
    const data = dataFolderOf(home, clusterId);
    if (snapshot !== undefined && existsSync(data)) {
        const kept = snapshotFolderOf(home, snapshot);
        await mkdir(kept, { recursive: true, mode: 0o711 });
        // Copied, not moved: the two folders may be on different disks.
        await copyFile(adminFileOf(context, clusterId), join(kept, "admin.sealed"));
        await rename(data, join(kept, "data"));
        context.log(`Cluster ${clusterId} is kept as ${kept}.`);
    }
    await rm(data, { recursive: true, force: true });
    await rm(adminFileOf(context, clusterId), { force: true });
}

const snapshotFolderOf = (home: string, snapshot: string) => join(home, SNAPSHOTS, snapshot);
const dataFolderOf = (home: string, clusterId: string) => join(home, CLUSTERS, clusterId);
const adminFileOf = (context: ServiceContext, clusterId: string) =>
    join(context.dataDir, `${clusterId}.admin.sealed`);

/** The password of the service's own superuser: made once for each cluster, sealed on disk. */
function adminPassword(context: ServiceContext, clusterId: string): string {
    const file = adminFileOf(context, clusterId);
    if (!existsSync(file)) writeFileAtomic(file, context.seal(randomBytes(32)));
    return context.unseal(readFileSync(file)).toString("base64url");
}

/** The builtin provider's C.UTF-8 is the same on every machine: sorting by code point, Unicode's cases. */
async function initialiseData(
    initdb: string,
    folder: string,
    passwordFile: string,
    owner: Owner | undefined,
): Promise<void> {
    const access = ["--username", ADMIN_ROLE, "--pwfile", passwordFile, "--auth", "scram-sha-256"];
    const locale = ["--encoding", "UTF8", "--locale", "C"];
    const provider = ["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"];
    const args = ["-D", folder, ...access, ...locale, ...provider, "--data-checksums", "--no-instructions"];
    await promisify(execFile)(initdb, args, { cwd: folder, env: childEnvironment(), ...owner });
}

/** Nothing of the host's own environment: variables such as PGPORT and LC_ALL would change what the server does. */
function childEnvironment(): Record<string, string> {
    return { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" };
}

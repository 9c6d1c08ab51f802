import { expect } from "chai";
import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { Client, type ClientConfig } from "pg";
import {
    createDatabaseService,
    postgresBinDir,
    purgeDatabase,
    type DatabaseService,
} from "../../../../local/services/database";
import { createSecretsManagerService, type SecretStore } from "../../../../local/services/secretsmanager";
import type { LocalService, ResourceRecord } from "../../../../local/services/service";
import { forkUntilPid, freePort, recordOf, refusal, runs, until, Workplace } from "../process/workplace";

const CLUSTER = "aws:rds/cluster:Cluster";
const INSTANCE = "aws:rds/clusterInstance:ClusterInstance";
const PARAMETERS = "aws:rds/clusterParameterGroup:ClusterParameterGroup";
const SUBNETS = "aws:rds/subnetGroup:SubnetGroup";
const ROTATION = "aws:secretsmanager/secretRotation:SecretRotation";

/** A valid cluster; each test changes one thing. */
const cluster = (changes: Record<string, unknown> = {}, id = "bqx-ml-test") =>
    recordOf(CLUSTER, id, {
        engineVersion: "17.5",
        masterUsername: "bqx_admin",
        databaseName: "bqx",
        manageMasterUserPassword: true,
        dbClusterParameterGroupName: "bqx-parameters",
        dbSubnetGroupName: "bqx-subnets",
        skipFinalSnapshot: true,
        serverlessv2ScalingConfiguration: { minCapacity: 0, maxCapacity: 4 },
        ...changes,
    });

const parameterGroup = (values: Record<string, string>) =>
    recordOf(PARAMETERS, "bqx-parameters", {
        parameters: Object.entries(values).map(([name, value]) => ({ name, value })),
    });

describe("the local Aurora", function () {
    this.timeout(40_000);
    const place = new Workplace();
    let port: number;
    let secrets: LocalService & SecretStore;
    let database: DatabaseService;
    let secretName: string;

    const newDatabase = async (at = port, name = "rds") =>
        createDatabaseService(place.context(name), {
            port: at,
            binDir: postgresBinDir(),
            certificate: await place.certificate(),
            secrets,
            metrics: place,
        });

    async function apply(record: ResourceRecord) {
        const outputs = await database.applied?.(record);
        place.keep(record);
        return outputs;
    }

    const password = () =>
        (JSON.parse(secrets.readManagedSecret(secretName) ?? "{}") as { password: string }).password;

    /** Connects as an application does. */
    async function connected(changes: ClientConfig = {}): Promise<Client> {
        const ca = readFileSync((await place.certificate()).caPath);
        const client = new Client({
            ...{ host: "127.0.0.1", port, user: "bqx_admin", database: "bqx", password: password() },
            ssl: { ca },
            ...changes,
        });
        client.on("error", () => undefined);
        await client.connect();
        return client;
    }

    async function query(text: string, changes: ClientConfig = {}): Promise<unknown> {
        const client = await connected(changes);
        try {
            const { rows } = await client.query<unknown[]>({ text, rowMode: "array" });
            return rows[0]?.[0];
        } finally {
            await client.end();
        }
    }

    before(async () => {
        port = await freePort();
        secrets = createSecretsManagerService(place.context("secretsmanager"));
        await secrets.start();
        database = await newDatabase();
        expect(await database.health()).to.deep.equal({ healthy: true, detail: "No cluster is deployed." });
        place.keep(parameterGroup({ log_min_duration_statement: "250", "rds.force_ssl": "1" }));
        place.keep(recordOf(SUBNETS, "bqx-subnets", {}));
        const outputs = (await apply(cluster())) as { masterUserSecrets: [{ secretArn: string }] };
        const [{ secretArn }] = outputs.masterUserSecrets;
        secretName = /:secret:(.*)-.{6}$/.exec(secretArn)?.[1] ?? "";
        expect(outputs).to.deep.equal({
            ...{ endpoint: "127.0.0.1", readerEndpoint: "127.0.0.1", port },
            masterUserSecrets: [{ secretArn, secretStatus: "active", kmsKeyId: "" }],
        });
    });
    after(async () => {
        await database.stop();
        await secrets.stop();
        await purgeDatabase(join(place.dir, "rds"));
        place.remove();
    });

    it("has the deployed database, owned by the master user, with the settings of a safe server", async () => {
        expect(secretName).to.match(/^rds!cluster-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
        expect(await query("SELECT current_database() || ' ' || current_user")).to.equal("bqx bqx_admin");
        await query("CREATE TABLE bars (pair text); ");
        for (const [name, value] of Object.entries({
            ...{ server_encoding: "UTF8", TimeZone: "UTC", data_checksums: "on", fsync: "on", jit: "off" },
            ...{ shared_buffers: "256MB", max_connections: "100", listen_addresses: "127.0.0.1" },
            unix_socket_directories: "",
        })) {
            expect(await query(`SHOW ${name}`), name).to.equal(value);
        }
    });

    it("gives the master user what RDS gives, which is not superuser", async () => {
        expect(await refusal(query("COPY bars FROM '/etc/passwd'"))).to.match(/permission denied to COPY/);
        expect(await query("SELECT pg_has_role('bqx_admin', 'rds_superuser', 'member')")).to.equal(true);
    });

    it("refuses a connection without TLS, a wrong password and an unknown user", async () => {
        expect(await refusal(query("SELECT 1", { ssl: false }))).to.match(
            /no pg_hba\.conf entry.*no encryption/,
        );
        expect(await refusal(query("SELECT 1", { password: "wrong" }))).to.match(
            /password authentication failed/,
        );
        expect(await refusal(query("SELECT 1", { user: "stranger" }))).to.match(
            /password authentication failed/,
        );
    });

    it("rotates the password while clients are connected, and writes it to no log", async () => {
        const client = await connected();
        const before = password();
        await apply(parameterGroup({ log_statement: "all" }));
        const rotation = recordOf(ROTATION, "rotation", {
            ...{ secretId: secretName, rotateImmediately: true },
            rotationRules: { automaticallyAfterDays: 30 },
        });
        await secrets.applied?.(rotation);
        expect(password()).not.to.equal(before);
        expect((await client.query("SELECT 1")).rowCount).to.equal(1);
        await client.end();
        expect(await refusal(query("SELECT 1", { password: before }))).to.match(/authentication failed/);
        expect(await query("SELECT 1")).to.equal(1);
        const log = readFileSync(join(place.dir, "rds", "postgres.log"), "utf8");
        expect(log).to.contain("ALTER ROLE").and.not.to.contain(password());
    });

    it("applies plain parameters at once, and says which it skips", async () => {
        await apply(parameterGroup({ log_min_duration_statement: "500", work_mem: "8MB" }));
        expect(await query("SHOW log_min_duration_statement")).to.equal("500ms");
        await apply(
            parameterGroup({
                ...{ work_mem: "lots", shared_preload_libraries: "absent", "rds.force_ssl": "1" },
                ...{ fsync: "off", ssl: "off" },
            }),
        );
        expect(await query("SHOW log_min_duration_statement")).to.equal("-1");
        const skipped = place.lines.slice(-5).join("\n");
        expect(skipped).to.match(/work_mem = "lots" is skipped: invalid value/);
        for (const name of ["shared_preload_libraries", "rds.force_ssl", "fsync", "ssl"]) {
            expect(skipped).to.match(
                new RegExp(`${name} = .* is skipped: it does not apply on this machine`),
            );
        }
    });

    it("takes an update without a restart", async () => {
        const { pid } = database;
        const client = await connected();
        await apply(cluster({ tags: { Stage: "featureStore" } }));
        expect(database.pid).to.equal(pid);
        expect((await client.query("SELECT 1")).rowCount).to.equal(1);
        await client.end();
    });

    it("gives instances the cluster's address; the first of them is the writer", async () => {
        const instance = (id: string) => recordOf(INSTANCE, id, { clusterIdentifier: "bqx-ml-test" });
        const address = { endpoint: "127.0.0.1", port };
        expect(await apply(instance("first"))).to.deep.equal({ ...address, writer: true });
        expect(await apply(instance("second"))).to.deep.equal({ ...address, writer: false });
        expect(await apply(instance("first"))).to.deep.equal({ ...address, writer: true });
    });

    it("refuses a second cluster, and the removal of what the first one needs", async () => {
        const second = await refusal(database.applied?.(cluster({}, "another")));
        expect(second).to.contain(`"another" cannot run beside "bqx-ml-test"`).and.to.contain(String(port));
        const group = recordOf(SUBNETS, "bqx-subnets", {});
        expect(await refusal(database.removing?.(group))).to.contain(`cluster "bqx-ml-test" uses it`);
        const guarded = cluster({ deletionProtection: true });
        expect(await refusal(database.removing?.(guarded))).to.contain("Cannot delete protected Cluster");
        const unnamed = cluster({ skipFinalSnapshot: false });
        expect(await refusal(database.removing?.(unnamed))).to.contain("finalSnapshotIdentifier is required");
        expect((await database.health()).healthy).to.equal(true);
    });

    it("lists every problem of a record that it cannot run", async () => {
        const bad = cluster({ masterUsername: undefined, deletionProtection: "yes" });
        expect(await refusal(database.applied?.(bad))).to.match(
            /bqx-ml-test.*masterUsername.*deletionProtection/,
        );
    });

    it("tells its health with live figures, and publishes those of AWS/RDS", async () => {
        const client = await connected();
        const { healthy, detail, figures, address } = await database.health();
        expect({ healthy, address }).to.deep.equal({ healthy: true, address: `127.0.0.1:${port}` });
        expect(detail).to.match(/PostgreSQL \d+\.\d+ \(17\.5 is configured for AWS\), over TLS alone/);
        expect(figures?.map(({ label }) => label)).to.deep.equal(["connections", "size", "query"]);
        expect(figures?.[0]?.value).to.equal(1);
        place.published.length = 0;
        await database.publishMetrics();
        await client.end();
        const value = (name: string) => place.published.find((each) => each.name === name)?.value;
        expect(value("DatabaseConnections")).to.equal(1);
        expect(value("ServerlessDatabaseCapacity")).to.equal(0.5);
        expect(value("ACUUtilization")).to.equal(12.5);
        expect(value("FreeLocalStorage")).to.be.greaterThan(0);
        expect(value("CommitThroughput")).to.be.greaterThan(0);
        expect(value("Deadlocks")).to.equal(0);
        expect(place.published.every(({ namespace }) => namespace === "AWS/RDS")).to.equal(true);
        expect(place.published[0]?.dimensions).to.deep.equal({ DBClusterIdentifier: "bqx-ml-test" });
    });

    it("is restarted when it is killed, with all that was committed", async () => {
        await query("INSERT INTO bars VALUES ('eurusd')");
        process.kill(database.pid!, "SIGKILL");
        await until(async () => expect((await database.health()).detail).to.contain("is being restarted"));
        await until(async () => expect((await database.health()).healthy).to.equal(true));
        expect(await query("SELECT pair FROM bars")).to.equal("eurusd");
    });

    it("keeps data and password over a restart, and takes the password that Secrets Manager holds", async () => {
        const pid = database.pid!;
        await query("ALTER ROLE bqx_admin PASSWORD 'changed-behind-its-back'");
        await database.stop();
        expect(runs(pid)).to.equal(false);
        expect(await database.health()).to.have.property("healthy", false);
        database = await newDatabase();
        await database.start();
        expect(await query("SELECT pair FROM bars")).to.equal("eurusd");
    });

    it("says who has its port when it is in use", async () => {
        await database.stop();
        const squatter = createServer();
        await new Promise<void>((resolve) => squatter.listen(port, "127.0.0.1", resolve));
        const message = await refusal(database.start());
        await new Promise((resolve) => squatter.close(resolve));
        expect(message).to.contain(`PostgreSQL cannot listen on 127.0.0.1:${port}: the port is in use`);
        await database.start();
        expect((await database.health()).healthy).to.equal(true);
    });

    it("finds and stops what a killed host has left running", async () => {
        await database.stop();
        await secrets.stop();
        const script = join(__dirname, "databaseHost.ts");
        const args = [place.dir, String(port), JSON.stringify(cluster())];
        const { child, pid: orphan } = await forkUntilPid(script, ...args);
        await query("INSERT INTO bars VALUES ('usdjpy')");
        child.kill("SIGKILL");
        await until(() => expect(runs(child.pid!)).to.equal(false));
        expect(runs(orphan)).to.equal(true);
        await database.start();
        expect(runs(orphan)).to.equal(false);
        expect(place.lines.join("\n")).to.contain(`Stopped PostgreSQL (process ${orphan})`);
        expect(await query("SELECT count(*)::int FROM bars")).to.equal(2);
    });

    it("keeps a final snapshot, or deletes everything, as deployed", async () => {
        const pid = database.pid!;
        await database.removing?.(
            cluster({ skipFinalSnapshot: false, finalSnapshotIdentifier: "last-words" }),
        );
        place.records.splice(0);
        expect(runs(pid)).to.equal(false);
        expect(secrets.readManagedSecret(secretName)).to.equal(undefined);
        const kept = place.lines.at(-1)?.replace(/^Cluster bqx-ml-test is kept as (.*)\.$/, "$1") ?? "";
        expect(existsSync(join(kept, "data", "PG_VERSION"))).to.equal(true);
        // A cluster of the same name starts empty; its own deletion leaves nothing.
        const explicit = cluster({ manageMasterUserPassword: false, masterPassword: "a long password" });
        await apply(explicit);
        const client = { password: "a long password" };
        expect(await query("SELECT to_regclass('bars')", client)).to.equal(null);
        const unwanted = cluster({ skipFinalSnapshot: false, finalSnapshotIdentifier: "last-words" });
        expect(await refusal(database.removing?.(unwanted))).to.contain(`cannot be named "last-words"`);
        expect(await database.health()).to.have.property("healthy", true);
        await database.removing?.(explicit);
        place.records.splice(0);
        expect(existsSync(join(kept, "..", "..", "clusters", "bqx-ml-test"))).to.equal(false);
        expect(await database.health()).to.have.property("healthy", true);
    });

    it("is purged with all its folders", async () => {
        const dataDir = join(place.dir, "rds");
        const note = join(dataDir, "home");
        // As root, the server's data lie where its unprivileged user can reach them.
        const home = existsSync(note) ? readFileSync(note, "utf8") : dataDir;
        expect(statSync(home).isDirectory()).to.equal(true);
        await purgeDatabase(dataDir);
        expect([existsSync(home), existsSync(dataDir)]).to.deep.equal([false, false]);
        mkdirSync(dataDir);
    });
});

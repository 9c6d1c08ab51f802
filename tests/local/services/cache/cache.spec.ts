import { expect } from "chai";
import { Redis, type RedisOptions } from "ioredis";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { connect } from "node:tls";
import { createCacheService, purgeCache, type CacheService } from "../../../../local/services/cache";
import type { ResourceRecord } from "../../../../local/services/service";
import { ensureValkey } from "../../../../local/toolchain/valkey";
import { forkUntilPid, freePort, recordOf, refusal, runs, until, Workplace } from "../process/workplace";

const GROUP = "aws:elasticache/replicationGroup:ReplicationGroup";
const PARAMETERS = "aws:elasticache/parameterGroup:ParameterGroup";
const FIRST_TOKEN = "first-token-of-the-cache";
const SECOND_TOKEN = "second-token-of-the-cache";
const THIRD_TOKEN = "third-token-of-the-cache";

/** A valid replication group; each test changes one thing. */
const group = (changes: Record<string, unknown> = {}, id = "bqx-ml-test") =>
    recordOf(GROUP, id, {
        engineVersion: "8.0",
        nodeType: "cache.t4g.micro",
        parameterGroupName: "bqx-parameters",
        transitEncryptionEnabled: true,
        authToken: FIRST_TOKEN,
        ...changes,
    });

const parameterGroup = (values: Record<string, string>) =>
    recordOf(PARAMETERS, "bqx-parameters", {
        parameters: Object.entries(values).map(([name, value]) => ({ name, value })),
    });

describe("the local ElastiCache", function () {
    this.timeout(30_000);
    const place = new Workplace();
    let port: number;
    let ca: Buffer;
    let binaryPath: string;
    let cache: CacheService;
    const clients: Redis[] = [];

    const newCache = async (name = "elasticache") =>
        createCacheService(place.context(name), {
            port,
            binaryPath,
            certificate: await place.certificate(),
            metrics: place,
        });

    async function apply(record: ResourceRecord) {
        const outputs = await cache.applied?.(record);
        place.keep(record);
        return outputs;
    }

    /** Connects as an application does, but does not try again. */
    async function connected(changes: RedisOptions = {}): Promise<Redis> {
        const client = new Redis({
            ...{ host: "127.0.0.1", port, password: FIRST_TOKEN, tls: { ca } },
            ...{
                lazyConnect: true,
                retryStrategy: () => null,
                maxRetriesPerRequest: 0,
                connectTimeout: 5_000,
            },
            ...changes,
        });
        let cause: unknown;
        client.on("error", (error: unknown) => (cause = error));
        clients.push(client);
        await client.connect().catch((error: unknown) => {
            throw cause ?? error;
        });
        return client;
    }

    /** What becomes of a first command. */
    const firstPing = async (changes: RedisOptions) => (await connected(changes)).ping();

    before(async () => {
        // BQX_VALKEY where it is set, else what the stack itself would run.
        binaryPath = await ensureValkey(() => undefined);
        port = await freePort();
        ca = readFileSync((await place.certificate()).caPath);
        cache = await newCache();
        expect(await cache.health()).to.deep.equal({
            healthy: true,
            detail: "No replication group is deployed.",
        });
        place.keep(parameterGroup({ "maxmemory-policy": "allkeys-lru" }));
        expect(await apply(group())).to.deep.equal({
            ...{ primaryEndpointAddress: "127.0.0.1", readerEndpointAddress: "127.0.0.1", port },
        });
    });
    afterEach(() => {
        for (const client of clients.splice(0)) client.disconnect();
    });
    after(async () => {
        await cache.stop();
        await purgeCache(join(place.dir, "elasticache"));
        place.remove();
    });

    it("serves clients over TLS with the token, and nobody else", async () => {
        const client = await connected();
        await client.set("eurusd", "1.0842");
        expect(await client.get("eurusd")).to.equal("1.0842");
        expect(await refusal(firstPing({ password: "wrong" }))).to.match(/WRONGPASS/);
        expect(await refusal(firstPing({ password: undefined }))).to.match(/NOAUTH/);
        expect(await refusal(firstPing({ tls: undefined }))).to.match(/closed|ECONNRESET/);
        expect(await refusal(firstPing({ tls: {} }))).to.match(/self-signed|closed/);
    });

    it("writes no token to its files or its command line", () => {
        const files = readdirSync(place.dir, { recursive: true, withFileTypes: true })
            .filter((entry) => entry.isFile())
            .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"));
        const commandLine =
            process.platform === "linux" ? readFileSync(`/proc/${cache.pid!}/cmdline`, "utf8") : "";
        expect([...files, commandLine].filter((text) => text.includes(FIRST_TOKEN))).to.have.length(0);
    });

    for (const command of [
        "CONFIG GET *",
        "SHUTDOWN NOSAVE",
        "DEBUG SLEEP 0",
        "REPLICAOF NO ONE",
        "SAVE",
        "BGSAVE",
    ]) {
        it(`denies ${command}, as ElastiCache does`, async () => {
            const [name = "", ...args] = command.split(" ");
            const client = await connected();
            expect(await refusal(client.call(name, ...args))).to.match(/NOPERM|not allowed/);
        });
    }

    it("denies clients to change who may do what", async () => {
        const client = await connected();
        expect(await refusal(client.call("ACL", "SETUSER", "default", "+@all"))).to.match(/NOPERM/);
        expect(await client.call("ACL", "WHOAMI")).to.equal("default");
    });

    it("passes large values both ways, and many commands at once", async () => {
        const client = await connected();
        const large = "x".repeat(8 * 1024 * 1024);
        await client.set("large", large);
        expect(await client.get("large")).to.equal(large);
        await client.del("large");
        const answers = await Promise.all(Array.from({ length: 2_000 }, (_, i) => client.echo(String(i))));
        expect(answers).to.deep.equal(Array.from({ length: 2_000 }, (_, i) => String(i)));
    });

    it("answers a client that ends its side", async () => {
        const socket = connect({ host: "127.0.0.1", port, ca });
        await once(socket, "secureConnect");
        let answer = "";
        socket.on("data", (data: Buffer) => (answer += data.toString()));
        socket.end(`AUTH ${FIRST_TOKEN}\r\nPING\r\n`);
        await once(socket, "close");
        expect(answer).to.equal("+OK\r\n+PONG\r\n");
    });

    it("takes memory, policy and parameters from the deployed node type and group", async () => {
        // Three quarters of a micro's 0.5 GiB: the rest is reserved, as on ElastiCache.
        const setting = async (name: string) =>
            new RegExp(`^${name}:(.*)\r$`, "m").exec(await (await connected()).info("memory"))?.[1];
        expect(await setting("maxmemory")).to.equal(String(0.75 * 512 * 1024 * 1024));
        expect(await setting("maxmemory_policy")).to.equal("allkeys-lru");
        await apply(parameterGroup({ "reserved-memory-percent": "50", timeout: "soon", appendonly: "no" }));
        expect(await setting("maxmemory")).to.equal(String(0.5 * 512 * 1024 * 1024));
        expect(await setting("maxmemory_policy")).to.equal("volatile-lru");
        const skipped = place.lines.slice(-2).join("\n");
        expect(skipped).to.match(
            /timeout = "soon" is skipped: .*must be|timeout = "soon" is skipped: .*argument/,
        );
        expect(skipped).to.contain(`appendonly = "no" is skipped: it does not apply on this machine`);
        await apply(parameterGroup({ "maxmemory-policy": "allkeys-lfu" }));
        expect(await setting("maxmemory_policy")).to.equal("allkeys-lfu");
    });

    it("rotates the token while clients are connected: the previous one stays valid until the next", async () => {
        const client = await connected();
        const { pid } = cache;
        await apply(group({ authToken: SECOND_TOKEN }));
        expect(await client.ping()).to.equal("PONG");
        expect(await firstPing({ password: FIRST_TOKEN })).to.equal("PONG");
        expect(await firstPing({ password: SECOND_TOKEN })).to.equal("PONG");
        await apply(group({ authToken: THIRD_TOKEN }));
        expect(await refusal(firstPing({ password: FIRST_TOKEN }))).to.match(/WRONGPASS/);
        expect(await firstPing({ password: SECOND_TOKEN })).to.equal("PONG");
        await apply(group({ authToken: THIRD_TOKEN, authTokenUpdateStrategy: "SET" }));
        expect(await refusal(firstPing({ password: SECOND_TOKEN }))).to.match(/WRONGPASS/);
        await apply(group({ authTokenUpdateStrategy: "SET" }));
        expect(await client.ping()).to.equal("PONG");
        expect(cache.pid).to.equal(pid);
    });

    it("listens without TLS where none is deployed", async () => {
        await apply(group({ transitEncryptionEnabled: false, authToken: undefined }));
        expect(await firstPing({ tls: undefined, password: undefined })).to.equal("PONG");
        expect((await cache.health()).detail).to.match(/without TLS/);
        await apply(group());
        expect(await firstPing({})).to.equal("PONG");
    });

    it("refuses a second group, an unknown node type, and the removal of a group in use", async () => {
        const second = await refusal(cache.applied?.(group({}, "another")));
        expect(second).to.contain(`"another" cannot run beside "bqx-ml-test"`).and.to.contain(String(port));
        const unknown = await refusal(cache.applied?.(group({ nodeType: "cache.t9.nano" })));
        expect(unknown).to.match(/"cache\.t9\.nano".*cache\.t4g\.micro/);
        const bad = group({ authToken: "short", transitEncryptionEnabled: "yes" });
        expect(await refusal(cache.applied?.(bad))).to.match(/transitEncryptionEnabled.*authToken/);
        expect(await refusal(cache.removing?.(parameterGroup({})))).to.contain(`"bqx-ml-test" uses it`);
        expect((await cache.health()).healthy).to.equal(true);
    });

    it("tells its health with live figures, and publishes those of AWS/ElastiCache", async () => {
        const client = await connected();
        await cache.publishMetrics();
        await client.get("eurusd");
        await client.get("absent");
        const { healthy, detail, figures, address } = await cache.health();
        expect({ healthy, address }).to.deep.equal({ healthy: true, address: `127.0.0.1:${port}` });
        expect(detail).to.match(/runs Valkey \d+\.\d+\.\d+ \(8\.0 is configured for AWS\), over TLS\.$/);
        expect(figures?.map(({ label }) => label)).to.deep.equal(["keys", "memory", "hit rate", "ping"]);
        place.published.length = 0;
        await cache.publishMetrics();
        const value = (name: string) => place.published.find((each) => each.name === name)?.value;
        expect(value("CurrConnections")).to.equal(1);
        expect([value("CacheHits"), value("CacheMisses"), value("Evictions")]).to.deep.equal([1, 1, 0]);
        expect(value("DatabaseMemoryUsagePercentage")).to.be.within(0.01, 50);
        expect(value("EngineCPUUtilization")).to.be.greaterThan(0);
        expect(place.published[0]).to.deep.include({
            namespace: "AWS/ElastiCache",
            dimensions: { CacheClusterId: "bqx-ml-test-001" },
        });
    });

    it("is restarted when it is killed, with content and settings", async () => {
        await (await connected()).set("kept", "yes");
        // The append-only file is written out each second.
        await new Promise((resolve) => setTimeout(resolve, 1_100));
        process.kill(cache.pid!, "SIGKILL");
        await until(async () => expect((await cache.health()).detail).to.contain("is being restarted"));
        await until(async () => expect((await cache.health()).healthy).to.equal(true));
        const client = await connected();
        expect(await client.get("kept")).to.equal("yes");
        expect(await client.info("memory")).to.contain("maxmemory_policy:allkeys-lfu");
    });

    it("keeps content and tokens over a restart, and leaves nothing running in between", async () => {
        await apply(group({ authToken: SECOND_TOKEN }));
        const pid = cache.pid!;
        await cache.stop();
        expect(runs(pid)).to.equal(false);
        expect(await refusal(connected())).to.match(/closed|ECONNREFUSED/);
        expect(await cache.health()).to.have.property("healthy", false);
        cache = await newCache();
        await cache.start();
        expect(await (await connected({ password: SECOND_TOKEN })).get("kept")).to.equal("yes");
        expect(await firstPing({ password: FIRST_TOKEN })).to.equal("PONG");
    });

    it("says who has its port when it is in use, and then runs nothing", async () => {
        await cache.stop();
        const squatter = createServer();
        await new Promise<void>((resolve) => squatter.listen(port, "127.0.0.1", resolve));
        const message = await refusal(cache.start());
        await new Promise((resolve) => squatter.close(resolve));
        expect(message).to.contain(`The cache cannot listen on 127.0.0.1:${port}: the port is in use`);
        expect(cache.pid).to.equal(undefined);
        await cache.start();
        expect((await cache.health()).healthy).to.equal(true);
    });

    it("finds and stops what a killed host has left running", async () => {
        await cache.stop();
        const script = join(__dirname, "cacheHost.ts");
        const args = [place.dir, String(port), binaryPath, JSON.stringify(group())];
        const { child, pid: orphan } = await forkUntilPid(script, ...args);
        await (await connected()).set("late", "yes");
        child.kill("SIGKILL");
        await until(() => expect(runs(child.pid!)).to.equal(false));
        expect(runs(orphan)).to.equal(true);
        place.keep(group());
        await cache.start();
        expect(runs(orphan)).to.equal(false);
        expect(place.lines.join("\n")).to.contain(`Stopped Valkey (process ${orphan})`);
        expect(await (await connected()).get("late")).to.equal("yes");
    });

    it("keeps a final snapshot, or deletes everything, as deployed", async () => {
        const pid = cache.pid!;
        const ending = group({ finalSnapshotIdentifier: "last-words" });
        await cache.removing?.(ending);
        expect(runs(pid)).to.equal(false);
        const dataDir = join(place.dir, "elasticache");
        expect(existsSync(join(dataDir, "snapshots", "last-words", "appendonlydir"))).to.equal(true);
        await apply(group());
        expect(await (await connected()).get("late")).to.equal(null);
        expect(await refusal(cache.removing?.(ending))).to.contain(`cannot be named "last-words"`);
        expect((await cache.health()).healthy).to.equal(true);
        await cache.removing?.(group());
        place.records.splice(0);
        expect(readdirSync(join(dataDir, "groups"))).to.deep.equal([]);
    });

    it("runs in a folder whose path is too long for a socket, and is purged from everywhere", async () => {
        const name = `deep/${"folder/".repeat(20)}elasticache`;
        cache = await newCache(name);
        await apply(group());
        expect(await firstPing({})).to.equal("PONG");
        const pid = cache.pid!;
        const configuration = readFileSync(join(place.dir, name, "groups/bqx-ml-test/valkey.conf"), "utf8");
        const socket = /^unixsocket "?([^"\n]+)/m.exec(configuration)?.[1] ?? "";
        expect(existsSync(socket)).to.equal(true);
        await purgeCache(join(place.dir, name));
        expect(runs(pid)).to.equal(false);
        await cache.stop();
        expect([existsSync(join(socket, "..")), existsSync(join(place.dir, name))]).to.deep.equal([
            false,
            false,
        ]);
        mkdirSync(join(place.dir, name), { recursive: true });
    });
});

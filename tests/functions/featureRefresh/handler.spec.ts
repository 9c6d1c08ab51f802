import { expect } from "chai";
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PAIRS } from "../../../config/pairs";
import { createSecretsManagerService } from "../../../local/services/secretsmanager";
import { describeInstant } from "../../../features/time/instant";
import { Harness, REGION } from "../../local/services/harness";
import { arnOf, SECRET, VERSION } from "../../local/services/secretsmanager/fixture";
import { archiveOf } from "../archive";
import { FIRST_ROW, timeOf } from "./fixture";
import { RefreshStores } from "./stores";

const NAME = "bqx-ml-feature-refresh-test";
/** The last row whose bars are there; the event comes when it has closed. */
const ROW = FIRST_ROW - 1;
const EVENT = { time: new Date(timeOf(ROW + 1)).toISOString() };
const EVENT_MINUTE = describeInstant(timeOf(ROW));
/** The fewest days that the function takes are many minutes: all but these are stored before. */
const MISSING = 3;

/** What Lambda's runtime does: loads the archive's handler, and hands it one event after the other. */
const RUNTIME = `
const { handler } = require("./__index.js");
process.on("message", (event) =>
    handler(event, { getRemainingTimeInMillis: () => 100_000 }).then(
        (answer) => process.send({ answer }),
        (error) => process.send({ error: error.message }),
    ),
);`;

type Reply = { readonly answer: Record<string, unknown> } | { readonly error: string };

/** A warm function: its archive, unpacked, in a process that has its variables and no others. */
class WarmFunction {
    output = "";

    private constructor(private readonly child: ChildProcess) {
        for (const stream of [child.stdout, child.stderr])
            stream?.setEncoding("utf8").on("data", (text: string) => (this.output += text));
    }

    static start(dir: string, variables: Readonly<Record<string, string>>): WarmFunction {
        const child = fork(join(dir, "runtime.js"), { cwd: dir, env: variables, execArgv: [], silent: true });
        return new WarmFunction(child);
    }

    async invoke(event: unknown): Promise<Reply> {
        this.child.send(event as object);
        const [reply] = (await once(this.child, "message")) as [Reply];
        return reply;
    }

    stop(): void {
        this.child.kill();
    }
}

describe("featureRefresh's handler, as it is deployed", function () {
    this.timeout(120_000);
    const dir = mkdtempSync(join(tmpdir(), "bqx-function-"));
    let stores: RefreshStores;
    let secrets: Harness<ReturnType<typeof createSecretsManagerService>>;
    let variables: Record<string, string>;
    const started: WarmFunction[] = [];

    before(async () => {
        stores = await RefreshStores.start();
        for (const [name, content] of await archiveOf("featureRefresh")) {
            mkdirSync(dirname(join(dir, name)), { recursive: true });
            writeFileSync(join(dir, name), content);
        }
        writeFileSync(join(dir, "runtime.js"), RUNTIME);
        secrets = await Harness.start(createSecretsManagerService);
        for (const name of ["database", "cache"])
            await secrets.deploy(SECRET, arnOf(name), { name }, { arn: arnOf(name) });
        await keep("cache", { token: stores.cacheAccess.password });
        variables = {
            ...{ AWS_REGION: REGION, AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" },
            ...{
                AWS_ENDPOINT_URL: secrets.clientOptions.endpoint,
                AWS_LAMBDA_FUNCTION_NAME: NAME,
                TZ: "UTC",
            },
            DATABASE_HOST: "127.0.0.1",
            DATABASE_PORT: String(stores.databaseAccess.port),
            DATABASE_NAME: "bqx",
            DATABASE_SECRET_ARN: arnOf("database"),
            CACHE_HOST: "127.0.0.1",
            CACHE_PORT: String(stores.cacheAccess.port),
            CACHE_SECRET_ARN: arnOf("cache"),
            RETENTION_DAYS: "1",
            NODE_EXTRA_CA_CERTS: stores.caPath,
        };
    });
    after(async () => {
        await secrets.stop();
        await stores.remove();
        rmSync(dir, { recursive: true });
    });
    beforeEach(async () => {
        await stores.reset();
        await stores.storeUpTo(ROW - MISSING);
        await keep("database", { username: "bqx", password: stores.databaseAccess.password });
    });
    afterEach(() => {
        for (const each of started.splice(0)) each.stop();
    });

    async function keep(name: string, value: object): Promise<void> {
        const secretString = JSON.stringify(value);
        const inputs = { secretId: arnOf(name), secretString };
        await secrets.deploy(VERSION, `${name}|${secretString}`, inputs);
    }

    function start(changes: Record<string, string | undefined> = {}): WarmFunction {
        const entries = Object.entries({ ...variables, ...changes });
        const given = entries.filter((entry): entry is [string, string] => entry[1] !== undefined);
        const made = WarmFunction.start(dir, Object.fromEntries(given));
        started.push(made);
        return made;
    }

    it("stores the features of the event's minute, and logs one line that is a metric too, without a secret", async () => {
        const warm = start();
        const reply = await warm.invoke(EVENT);
        expect(reply).to.have.nested.property("answer.status", "refreshed");
        expect(reply).to.have.nested.property("answer.to", EVENT_MINUTE);
        expect(await stores.storedBits(ROW)).to.deep.equal(await stores.computedBits(ROW));
        const lines = warm.output.trim().split("\n");
        expect(lines).to.have.length(1);
        const line = JSON.parse(lines[0]!) as Record<string, unknown>;
        expect(line).to.deep.include({
            time: EVENT.time,
            status: "refreshed",
            FunctionName: NAME,
            behindMinutes: 0,
        });
        expect(line).to.have.nested.property("_aws.CloudWatchMetrics[0].Namespace", "BQX-ML");
        expect(line).to.have.nested.property("_aws.CloudWatchMetrics[0].Metrics[0].Name", "behindMinutes");
        for (const secret of [stores.databaseAccess.password, stores.cacheAccess.password])
            expect(warm.output).not.to.contain(secret);
    });

    it("reads the password again once the database refuses the one it knows", async () => {
        const warm = start();
        await warm.invoke(EVENT);
        const client = await stores.database.connect();
        try {
            await client.query("alter role bqx password 'another one'");
            await keep("database", { username: "bqx", password: "another one" });
            await client.query(
                "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'bqx' and pid <> pg_backend_pid()",
            );
            const reply = await warm.invoke(EVENT);
            expect(reply).to.have.nested.property("answer.status", "current");
        } finally {
            const password = client.escapeLiteral(stores.databaseAccess.password);
            await client.query(`alter role bqx password ${password}`);
            client.release();
        }
    });

    it("fails, and shows no secret, where the secret is of no use", async () => {
        await keep("database", { username: "bqx", pass: "word of a secret" });
        const warm = start();
        expect(await warm.invoke(EVENT)).to.deep.equal({
            error: `The secret ${arnOf("database")} has no usable password`,
        });
        expect(warm.output).not.to.contain("word of a secret");
    });

    it("refuses a certificate that it has no reason to trust", async () => {
        const reply = await start({ NODE_EXTRA_CA_CERTS: undefined }).invoke(EVENT);
        expect(reply)
            .to.have.property("error")
            .that.matches(/self-signed|unable to verify/);
        expect(await stores.storedRows(PAIRS[0])).not.to.include(ROW);
    });

    it("lists every variable that is missing, and what is wrong with an event", async () => {
        const warm = start({ DATABASE_HOST: undefined, CACHE_PORT: "many", RETENTION_DAYS: "0" });
        const reply = await warm.invoke(EVENT);
        expect(reply)
            .to.have.property("error")
            .that.matches(/^The environment cannot be used:/);
        for (const name of ["DATABASE_HOST", "CACHE_PORT", "RETENTION_DAYS"])
            expect(reply).to.have.property("error").that.contains(name);
        const refused = await warm.invoke({ time: "yesterday" });
        expect(refused)
            .to.have.property("error")
            .that.matches(/^The event cannot be used:[^]*time/);
    });
});

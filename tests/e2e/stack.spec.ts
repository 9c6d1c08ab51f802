import { GetObjectCommand, ListBucketsCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { expect } from "chai";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { CACHE_SECRET, ScratchCheckout } from "./scratch";

const NOTHING = { create: 0, update: 0, replace: 0, delete: 0 };

describe("the local stack, deployed by the real engine", function () {
    this.timeout(180_000);
    let checkout: ScratchCheckout;

    before(() => {
        checkout = new ScratchCheckout();
    });

    after(() => checkout.dispose());

    it("comes up with all services healthy and the console answering", async () => {
        const { code, stderr, document } = await checkout.report("up", "--no-open");
        expect(code, stderr).to.equal(0);
        const { services, stages, deployment } = await checkout.status();
        expect(services.filter(({ healthy }) => !healthy)).to.deep.equal([]);
        expect(stages.map(({ name }) => name)).to.deep.equal([
            ...["alerts", "billing", "featureStore", "images", "inference"],
            ...["network", "processing", "registry", "storage", "training"],
        ]);
        expect(deployment.state).to.equal("succeeded");
        expect((await fetch((document as { console: string }).console)).status).to.equal(200);
    });

    it("runs what it deployed: buckets, the database and the cache take their credentials", async () => {
        const s3 = checkout.s3("local");
        const { Buckets: buckets = [] } = await s3.send(new ListBucketsCommand({}));
        expect(buckets).to.have.length(3);
        const Bucket = buckets[0]?.Name;
        await s3.send(new PutObjectCommand({ Bucket, Key: "kept", Body: "content" }));
        const database = await checkout.database("local");
        const { rows } = await database.query<{ ssl: boolean }>(
            "select ssl from pg_stat_ssl where pid = pg_backend_pid()",
        );
        await database.end();
        expect(rows).to.deep.equal([{ ssl: true }]);
        expect(await ping(checkout)).to.equal("PONG");
    });

    it("changes nothing when it comes up again", async () => {
        const { code, stderr, ...report } = await checkout.engine("deploy", "local");
        expect(code, stderr).to.equal(0);
        expect(report).to.deep.include({ changes: NOTHING, policyViolations: [], errors: [] });
        expect(checkout.engineLog("local")).to.match(/129 unchanged/);
    });

    it("updates only what a changed setting concerns", async () => {
        checkout.set("local", "logs: { retentionDays: 60 }");
        const { changes } = await checkout.engine("deploy", "local");
        expect(changes).to.deep.equal({ ...NOTHING, update: 6 });
        const updated = [...checkout.engineLog("local").matchAll(/~ +aws:(\S+) (\S+) updated/g)].map(
            ([, type, name]) => `${type} ${name}`,
        );
        expect(updated.sort()).to.deep.equal([
            "cloudwatch:LogGroup feature-store-cache-log",
            "cloudwatch:LogGroup feature-store-database-log",
            "cloudwatch:LogGroup inference-refresh-log",
            "cloudwatch:LogGroup processing-machine-log",
            "cloudwatch:LogGroup training-machine-log",
            "cloudwatch:LogGroup training-register-log",
        ]);
    });

    it("makes the new before it deletes the old, where a property cannot change", async () => {
        checkout.set("local", 'alerts: { criticalEmails: ["one@example.com"] }');
        expect((await checkout.engine("deploy", "local")).changes).to.deep.equal({ ...NOTHING, create: 1 });
        checkout.edit(
            "Pulumi.local.yaml",
            'alerts: { criticalEmails: ["one@example.com"] }',
            "cache: { authTokenVersion: 2 }",
        );
        const before = (await checkout.secret("local", CACHE_SECRET))["token"] ?? "";
        expect((await checkout.engine("deploy", "local")).changes).to.deep.include({
            create: 0,
            replace: 2,
            delete: 1,
        });
        const steps = checkout
            .engineLog("local")
            .matchAll(/RandomPassword \S+ (created|deleted) (replacement|original)/g);
        expect([...steps].map(([, step]) => step)).to.deep.equal(["created", "deleted"]);
        const after = (await checkout.secret("local", CACHE_SECRET))["token"] ?? "";
        expect(after).not.to.equal(before);
        expect(await ping(checkout)).to.equal("PONG");
    });

    it("refuses a second command while one is at work", async () => {
        const first = checkout.bqx("deploy", "--stack", "local");
        await new Promise((resolve) => setTimeout(resolve, 1_500));
        const second = await checkout.bqx("up", "--no-open");
        expect(second.code).to.equal(1);
        expect(second.stderr).to.match(
            /Another "bqx deploy --stack local" \(process \d+, since .*\) is working on this stack/,
        );
        expect((await first).code).to.equal(0);
    });

    it("stops everything, and keeps the data for the next time", async () => {
        const { code, stdout } = await checkout.bqx("down");
        expect([code, stdout]).to.deep.equal([0, "Stopped local.\n"]);
        expect(checkout.processes()).to.deep.equal([]);
        const stopped = await checkout.report("status");
        expect([stopped.code, stopped.document]).to.deep.equal([
            1,
            { stack: "local", endpoint: null, pairs: [], services: [] },
        ]);

        expect((await checkout.bqx("up", "--no-open")).code).to.equal(0);
        const s3 = checkout.s3("local");
        const { Buckets: buckets = [] } = await s3.send(new ListBucketsCommand({}));
        const kept = await s3.send(new GetObjectCommand({ Bucket: buckets[0]?.Name, Key: "kept" }));
        expect(await kept.Body?.transformToString()).to.equal("content");
    });

    it("says which port is taken, and by which stack it is wanted", async () => {
        await checkout.bqx("down");
        const { console: port } = checkout.instance("local").ports;
        const stranger = createServer().listen(port, "127.0.0.1");
        const { code, stderr } = await checkout.bqx("up", "--no-open");
        await new Promise((resolve) => stranger.close(resolve));
        expect(code).to.equal(1);
        expect(stderr).to.include(
            `Port ${port} (console of the local stack local) is in use by another program.`,
        );
        expect(checkout.processes()).to.deep.equal([]);
    });

    it("leaves the checkout as Git has it", () => {
        expect(readFileSync(join(checkout.dir, "Pulumi.prod.yaml"), "utf8")).to.equal(
            readFileSync(join(__dirname, "..", "..", "Pulumi.prod.yaml"), "utf8"),
        );
        expect(readFileSync(join(checkout.dir, "Pulumi.local.yaml"), "utf8")).not.to.include(
            "encryptionsalt",
        );
    });
});

async function ping(checkout: ScratchCheckout): Promise<string> {
    const cache = await checkout.cache("local");
    try {
        return await cache.ping();
    } finally {
        cache.disconnect();
    }
}

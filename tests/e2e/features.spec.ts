import { GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import {
    DescribeExecutionCommand,
    ListStateMachinesCommand,
    SFNClient,
    StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { expect } from "chai";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PAIRS } from "../../config/pairs";
import { writeSample } from "../../data/sample/write";
import { readCacheRows } from "../../data/store/featureCache";
import { activeParameters } from "../../data/store/parameters";
import { newestFeatures, readFeaturesAt } from "../../data/store/readFeatures";
import { STORED_COLUMNS } from "../../features/catalogue";
import { minuteIndex } from "../../features/time/calendar";
import { startReplay } from "../../local/clock";
import { contentOf, readSplit } from "../sagemaker/processing/fixture";
import { ScratchCheckout } from "./scratch";

const PAIR = "eurusd";
const MINUTE_MS = 60_000;
/** The replay goes on so long after the last bar. */
const REPLAY_MS = 10 * MINUTE_MS;
/** A minute of the dataset's test split lies so long before the last bar. */
const TESTED_MS = 4 * 60 * MINUTE_MS;

describe("features, from bars to a dataset and to the stores of inference", function () {
    this.timeout(300_000);
    let checkout: ScratchCheckout;
    let dataset: string;

    before(async () => {
        checkout = new ScratchCheckout();
        const folder = join(checkout.dir, "bars");
        await writeSample(folder, { days: 5 });
        for (const command of [
            ["up", "--no-open"],
            ["ingest", folder],
        ]) {
            const { code, stderr } = await checkout.bqx(...command);
            expect(code, stderr).to.equal(0);
        }
    });

    after(() => checkout.dispose());

    it("are made by the state machine: 28 pairs in the datasets bucket", async () => {
        const machines = new SFNClient(checkout.client("local"));
        const { stateMachines = [] } = await machines.send(new ListStateMachinesCommand({}));
        const { executionArn } = await machines.send(
            new StartExecutionCommand({ stateMachineArn: stateMachines[0]?.stateMachineArn, input: "{}" }),
        );
        const { status, cause, output = "{}" } = await ended(machines, executionArn ?? "");
        expect(status, cause).to.equal("SUCCEEDED");
        dataset = (JSON.parse(output) as { dataset: string }).dataset;
        const keys = await keysUnder(checkout, dataset);
        expect(keys.filter((key) => key.endsWith("/manifest.json"))).to.have.length(PAIRS.length);
    });

    it("are refreshed each minute of the market's clock, with the bits that training has", async () => {
        const database = await checkout.database("local");
        const cache = await checkout.cache("local");
        try {
            const { rows } = await database.query<{ last: Date }>("select max(ts_utc) as last from bars");
            const lastMs = rows[0]?.last.getTime() ?? NaN;
            const testedMs = lastMs - TESTED_MS;
            // The last bar is over when the replay begins.
            const replay = { firstMs: lastMs + MINUTE_MS, lastMs: lastMs + REPLAY_MS };
            startReplay(join(checkout.state, "local"), replay);
            await until(async () => (await newestFeatures(database)).get(PAIR) === lastMs);

            await download(checkout, dataset, PAIR, join(checkout.dir, "dataset"));
            const trained = await readSplit(join(checkout.dir, "dataset"), PAIR, "test");
            const offline = trained.find(({ ts_utc }) => ts_utc.getTime() === testedMs);
            const expected = STORED_COLUMNS.map(({ name }) => offline?.[name]);
            expect(expected.filter((value) => !Number.isNaN(value))).to.have.length.above(1_000);

            expect([...(await readFeaturesAt(database, PAIR, [testedMs])).values]).to.deep.equal(expected);
            const [basis] = await activeParameters(database);
            const digests = new Map(PAIRS.map((pair) => [pair, basis?.digest ?? ""]));
            const cached = async () =>
                (await readCacheRows(cache, digests, PAIR, [minuteIndex(testedMs)]))[0];
            await until(async () => (await cached()) !== undefined);
            expect([...((await cached()) ?? [])]).to.deep.equal(expected);
        } finally {
            cache.disconnect();
            await database.end();
        }
    });

    it("give the same dataset when they are read from the tables", async () => {
        const out = join(checkout.dir, "from-tables");
        const options = ["--source", "tables", "--pairs", PAIR, "--out", out];
        const { code, stderr } = await checkout.bqx("features", "compute", ...options);
        expect(code, stderr).to.equal(0);
        const fromBars = contentOf(join(checkout.dir, "dataset", PAIR));
        expect(contentOf(join(out, PAIR))).to.deep.equal(fromBars);
        expect(fromBars.size).to.be.above(3);
    });

    it("leave services healthy and no alarm raised", async () => {
        const { services, alarms } = await checkout.status();
        expect(services.filter(({ healthy }) => !healthy)).to.deep.equal([]);
        expect(alarms.filter(({ state }) => state === "ALARM")).to.deep.equal([]);
    });
});

async function ended(machines: SFNClient, executionArn: string) {
    for (;;) {
        const execution = await machines.send(new DescribeExecutionCommand({ executionArn }));
        if (execution.status !== "RUNNING") return execution;
        await sleep(500);
    }
}

async function until(condition: () => Promise<boolean>): Promise<void> {
    while (!(await condition())) await sleep(500);
}

async function keysUnder(checkout: ScratchCheckout, uri: string): Promise<string[]> {
    const { hostname, pathname } = new URL(uri);
    const { Contents: objects = [] } = await checkout
        .s3("local")
        .send(new ListObjectsV2Command({ Bucket: hostname, Prefix: `${pathname.slice(1)}/` }));
    return objects.map(({ Key = "" }) => Key);
}

async function download(checkout: ScratchCheckout, uri: string, pair: string, out: string): Promise<void> {
    const { hostname: Bucket, pathname } = new URL(uri);
    const prefix = `${pathname.slice(1)}/`;
    for (const Key of await keysUnder(checkout, uri)) {
        if (!Key.startsWith(`${prefix}${pair}/`)) continue;
        const { Body } = await checkout.s3("local").send(new GetObjectCommand({ Bucket, Key }));
        const path = join(out, Key.slice(prefix.length));
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, (await Body?.transformToByteArray()) ?? "");
    }
}

import { expect } from "chai";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { PAIRS } from "../../../config/pairs";
import { activeParameters } from "../../../data/store/parameters";
import { until } from "../../local/services/process/workplace";
import { contentOf } from "./fixture";
import { JobHost, messageOf, type Run } from "./jobHost";

const PAIR_FOLDERS = ["audusd", "eurusd", "gbpjpy"];

/** A dataset without what is an instance's own. */
function pairsOf({ outputDir }: Run): Map<string, string> {
    return new Map([...contentOf(outputDir)].filter(([path]) => !path.startsWith("report-")));
}

const partsIn = (folder: string): number =>
    existsSync(folder)
        ? readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
              name.endsWith(".parquet"),
          ).length
        : 0;

describe("a processing job", function () {
    this.timeout(240_000);
    let host: JobHost;
    /** The first whole run, which every other one must equal. */
    let first: Run;

    before(async () => {
        host = await JobHost.start();
        first = host.run();
        expect(await first.ended, JSON.stringify(first.lines)).to.equal(0);
    });
    after(() => host.stop());

    it("makes the pairs that it is asked for, and tells what it did", () => {
        expect(readdirSync(first.outputDir).sort()).to.deep.equal([...PAIR_FOLDERS, "report-algo-1.json"]);
        const report = JSON.parse(
            readFileSync(join(first.outputDir, "report-algo-1.json"), "utf8"),
        ) as object;
        expect(report).to.deep.include({ made: PAIR_FOLDERS, kept: [], failed: [] });
        expect(existsSync(join(first.baseDir, "output/message"))).to.equal(false);
        const messages = first.lines.map(({ message }) => message);
        expect(messages).to.include.members(["started", "bars read", "progress", "ended"]);
        expect(JSON.stringify(first.lines)).not.to.contain(String(host.database.config.password));
    });

    it("stores what was fitted, and activates it where nothing was", async () => {
        const active = await activeParameters(host.database.pool);
        expect(active.map(({ pairs }) => pairs)).to.deep.equal([[...PAIRS]]);
        const manifest = JSON.parse(
            readFileSync(join(first.outputDir, "eurusd/manifest.json"), "utf8"),
        ) as object;
        expect(manifest).to.include({ trainingHash: active[0]!.trainingHash, origin: "simulated" });
        // Of other bars, so fitted anew: the pairs keep what they have.
        const { last } = first.lines.find(({ message }) => message === "bars read")!;
        const shorter = host.run({ environment: { TO: String(last), PAIRS: "eurusd" } });
        expect(await shorter.ended).to.equal(0);
        expect(pairsOf(shorter).get("eurusd/manifest.json")).not.to.contain(active[0]!.trainingHash);
        expect((await activeParameters(host.database.pool)).map(({ digest }) => digest)).to.deep.equal([
            active[0]!.digest,
        ]);
    });

    it("gives the same bytes after a kill", async () => {
        const killed = host.run();
        while (partsIn(killed.outputDir) < 2 && killed.child.exitCode === null)
            await new Promise((resolve) => setTimeout(resolve, 5));
        killed.child.kill("SIGKILL");
        expect(await killed.ended).to.equal("SIGKILL");
        expect(existsSync(join(killed.outputDir, "report-algo-1.json"))).to.equal(false);
        const again = host.run({ baseDir: killed.baseDir });
        expect(await again.ended).to.equal(0);
        expect(pairsOf(again)).to.deep.equal(pairsOf(first));
    });

    it("gives the same bytes from two instances together as from one", async () => {
        const hosts = ["algo-1", "algo-2"];
        const runs = hosts.map((each) => host.run({ hosts, host: each }));
        expect(await Promise.all(runs.map(({ ended }) => ended))).to.deep.equal([0, 0]);
        const [one, two] = runs.map(pairsOf);
        expect([...one!.keys()].filter((path) => two!.has(path))).to.deep.equal([]);
        expect(new Map([...one!, ...two!].sort())).to.deep.equal(new Map([...pairsOf(first)].sort()));
    });

    it("leaves the other pairs where one fails, and names it", async () => {
        const { inputsHash } = z
            .object({ inputsHash: z.string() })
            .parse(JSON.parse(readFileSync(join(first.outputDir, "eurusd/manifest.json"), "utf8")));
        const { baseDir } = first;
        const blocked = join(`${baseDir}-blocked`, "processing/output/dataset", `.staging-${inputsHash}`);
        mkdirSync(blocked, { recursive: true });
        // A file where the pair's folder would be.
        writeFileSync(join(blocked, "eurusd"), "");
        const run = host.run({ baseDir: `${baseDir}-blocked` });
        expect(await run.ended).to.equal(0);
        expect(readdirSync(run.outputDir).sort()).to.deep.equal(["audusd", "gbpjpy", "report-algo-1.json"]);
        expect(messageOf(run)).to.match(/^1 failed: eurusd\. eurusd: ENOTDIR: .*\.\n$/);
    });

    it("keeps pairs that an earlier attempt has uploaded whole, and makes the others", async () => {
        const content = contentOf(first.outputDir);
        for (const [path, text] of content) {
            const isCut = path.startsWith("gbpjpy/") && path.includes("test/");
            const isOther = path === "eurusd/manifest.json";
            const uploaded = isOther ? text.replace(/"inputsHash": "./, '"inputsHash": "x') : text;
            if (!isCut) await host.upload(path, Buffer.from(uploaded, "latin1"));
        }
        const again = host.run();
        expect(await again.ended).to.equal(0);
        expect(readdirSync(again.outputDir).sort()).to.deep.equal(["eurusd", "gbpjpy", "report-algo-1.json"]);
        const pairs = [...pairsOf(first)].filter(([path]) => !path.startsWith("audusd/"));
        expect(pairsOf(again)).to.deep.equal(new Map(pairs));
    });

    it("stops when it is told to, and leaves nothing unfinished", async () => {
        const run = host.run();
        await until(() => expect(partsIn(run.outputDir)).to.be.above(0));
        run.child.kill("SIGTERM");
        expect(await run.ended).to.equal(143);
        expect(run.lines.at(-1)).to.deep.equal({ message: "stopped before the end" });
    });

    it("reads the password again where the database refuses it", async () => {
        await host.setPassword("of yesterday");
        const run = host.run({ environment: { PAIRS: "eurusd" } });
        await until(() =>
            expect(run.lines.at(-1)?.message).to.equal("the database refuses the password: it is read again"),
        );
        await host.setPassword(String(host.database.config.password));
        await until(() => expect(run.lines.at(-1)?.message).to.equal("bars read"));
        run.child.kill("SIGTERM");
        await run.ended;
    });

    for (const { title, environment, expected } of [
        {
            title: "a database that is not there",
            environment: { DATABASE_PORT: "1" },
            expected: /ECONNREFUSED/,
        },
        {
            title: "a certificate of nobody it knows",
            environment: { NODE_EXTRA_CA_CERTS: "" },
            expected: /self-signed certificate/,
        },
        {
            title: "settings that cannot be used",
            environment: { SOURCE: "files" },
            expected: /^The environment of the job cannot be used:\n {2}- SOURCE: got "files"/,
        },
        {
            title: "bars of too few days",
            environment: { HISTORY_DAYS: "1" },
            expected: /^The market has \d+ minutes; a dataset needs at least \d+$/,
        },
        {
            title: "feature tables without rows",
            environment: { SOURCE: "tables" },
            expected: /^The feature tables cannot be read:\n {2}audusd: no minutes are stored\n/,
        },
    ]) {
        it(`fails with a message for ${title}`, async () => {
            const run = host.run({ environment });
            expect(await run.ended).to.equal(1);
            expect(messageOf(run)).to.match(expected);
            expect(run.lines.at(-1)).to.include({ message: "failed", error: messageOf(run) });
        });
    }
});

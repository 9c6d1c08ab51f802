import { expect } from "chai";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { PAIRS, type Pair } from "../../../config/pairs";
import { CATALOGUE, CATALOGUE_HASH } from "../../../features/catalogue";
import { computeRange } from "../../../features/engine";
import { writeDataset } from "../../../sagemaker/processing/dataset";
import { fitPair, joinFits } from "../../../sagemaker/processing/parameters";
import { SPLITS } from "../../../sagemaker/processing/splits";
import { TARGETS, targetValues } from "../../../sagemaker/processing/targets";
import { cutMarket } from "../../features/market";
import { typescript } from "../../support/processes";
import { refusalOf } from "../../support/refusal";
import { temporaryDir } from "../../support/temporary";
import { COLUMNS, contentOf, market, options, readSplit, ROWS, USABLE, WARM_UP } from "./fixture";

const manifestSchema = z.looseObject({
    embargoMinutes: z.number(),
    splits: z.record(
        z.string(),
        z.object({
            from: z.string(),
            to: z.string(),
            rows: z.number(),
            files: z.array(
                z.object({ path: z.string(), rows: z.number(), bytes: z.number(), sha256: z.string() }),
            ),
        }),
    ),
});

const manifestOf = (out: string, pair: Pair) =>
    manifestSchema.parse(JSON.parse(readFileSync(join(out, pair, "manifest.json"), "utf8")));

describe("writeDataset", function () {
    this.timeout(120_000);
    const scratch = temporaryDir();
    /** Made once: what every other run of the same inputs must give. */
    let reference: ReadonlyMap<string, string> | undefined;

    const made = async (): Promise<ReadonlyMap<string, string>> => {
        if (reference === undefined) {
            const out = join(scratch(), "reference");
            await writeDataset(options(out));
            reference = contentOf(out);
        }
        return reference;
    };

    it("writes what the engine computes, as float32, with the targets beside it", async () => {
        const out = join(scratch(), "out");
        const report = await writeDataset(options(out));
        reference = contentOf(out);
        const whole = market();
        const { splits } = manifestOf(out, "eurusd");
        let from = WARM_UP;
        const ranges = SPLITS.map((split) => {
            const to = from + splits[split]!.rows;
            const range = { from, to };
            from = to + 150;
            return range;
        });
        const parameters = joinFits(
            whole,
            PAIRS.map((pair) => fitPair(whole, pair, ranges[0]!)),
            ranges[0]!,
        );
        for (const pair of ["eurusd", "gbpjpy"] as const) {
            for (const [place, split] of SPLITS.entries()) {
                const range = ranges[place]!;
                const rows = await readSplit(out, pair, split);
                expect(rows.map(({ ts_utc }) => ts_utc.getTime())).to.deep.equal(
                    Array.from(whole.timestamps.subarray(range.from, range.to)),
                );
                const request = { pairs: [pair], columns: COLUMNS, ...range };
                const [block] = computeRange(whole, parameters, request);
                const length = rows.length;
                COLUMNS.forEach((name, column) =>
                    expect(
                        rows.map((row) => row[name]),
                        name,
                    ).to.deep.equal(
                        Array.from(block!.values.subarray(column * length, (column + 1) * length)),
                    ),
                );
                const targets = targetValues(whole, parameters, pair, range);
                TARGETS.forEach(({ name }, column) =>
                    expect(
                        rows.map((row) => row[name]),
                        name,
                    ).to.deep.equal(Array.from(targets[column]!)),
                );
            }
        }
        expect(report).to.deep.equal({
            made: ["eurusd", "gbpjpy"],
            kept: [],
            failed: [],
            rows: 2 * USABLE,
            values: 2 * USABLE * (COLUMNS.length + TARGETS.length),
        });
    });

    it("says in each pair's manifest what it is made of", async () => {
        const out = join(scratch(), "out");
        await writeDataset(options(out));
        const manifest = manifestOf(out, "gbpjpy");
        expect(manifest).to.include({
            pair: "gbpjpy",
            catalogueHash: CATALOGUE_HASH,
            origin: "simulated",
            activity: "trueRange",
            spread: "corwinSchultz",
            embargoMinutes: 150,
            withheld: null,
        });
        expect(manifest["columns"]).to.deep.equal(COLUMNS);
        expect(manifest["missingFeatures"]).to.have.length(CATALOGUE.length - COLUMNS.length);
        expect(manifest["parameters"]).to.have.all.keys(
            ...["baseRate", "garch", "hmm", "partners", "sisters", "usdLoadings"],
        );
        expect(SPLITS.map((split) => manifest.splits[split]?.rows)).to.deep.equal([235, 117, 118]);
        for (const { files, rows } of Object.values(manifest.splits)) {
            expect(files.reduce((sum, file) => sum + file.rows, 0)).to.equal(rows);
            for (const { path, bytes, sha256 } of files) {
                const content = readFileSync(join(out, "gbpjpy", path));
                expect(content.length).to.equal(bytes);
                expect(createHash("sha256").update(content).digest("hex")).to.equal(sha256);
            }
        }
    });

    it("leaves h + W minutes between splits, and the last day out where it is to be replayed", async () => {
        const out = join(scratch(), "out");
        const shorter = { ...options(out), columns: ["bqx_60"], pairs: ["eurusd"] as const };
        const refusal = await refusalOf(writeDataset({ ...shorter, withholdLastDay: true }));
        expect(refusal).to.be.instanceOf(RangeError);
        expect(refusal.message).to.match(/^The market has \d+ minutes; a dataset needs at least \d+$/);
        await writeDataset(shorter);
        const times = [];
        for (const split of SPLITS) times.push(await readSplit(out, "eurusd", split));
        for (const [before, after] of [
            [times[0], times[1]],
            [times[1], times[2]],
        ]) {
            const gap = after![0]!.ts_utc.getTime() - before!.at(-1)!.ts_utc.getTime();
            expect(gap / 60_000).to.equal(151);
        }
    });

    it("gives the same bytes with two threads", async () => {
        const expected = await made();
        const out = join(scratch(), "two");
        await writeDataset({ ...options(out), workers: 2 });
        expect(contentOf(out)).to.deep.equal(expected);
    });

    it("keeps pairs of the same inputs, and makes those anew whose bars, or files, have changed", async () => {
        const out = join(scratch(), "out");
        await writeDataset(options(out));
        const again = await writeDataset({ ...options(out), pairs: ["eurusd", "audusd"] });
        expect(again).to.deep.include({ made: ["audusd"], kept: ["eurusd"], rows: USABLE });
        const content = contentOf(out);
        writeFileSync(join(out, "eurusd/features_1080.parquet/train/part-00000.parquet"), "cut short");
        const repaired = await writeDataset(options(out));
        expect(repaired).to.deep.include({ made: ["eurusd"], kept: ["gbpjpy"] });
        expect(contentOf(out)).to.deep.equal(content);
        const shorter = { ...options(out), market: cutMarket(market(), 0, ROWS - 1) };
        expect(await writeDataset(shorter)).to.deep.include({ made: ["eurusd", "gbpjpy"], kept: [] });
        expect(readdirSync(out).sort()).to.deep.equal(["audusd", "eurusd", "gbpjpy"]);
    });

    it("goes on where it was killed, to the same bytes", async () => {
        const expected = await made();
        const out = join(scratch(), "killed");
        const child = spawn(process.execPath, typescript(join(__dirname, "killedDataset.ts"), out));
        const ended = once(child, "exit");
        while (partsIn(out) < 3 && child.exitCode === null)
            await new Promise((resolve) => setTimeout(resolve, 5));
        child.kill("SIGKILL");
        await ended;
        const before = partsIn(out);
        expect(before).to.be.within(3, 13);
        expect(existsSync(join(out, "eurusd"))).to.equal(false);
        // What a kill within a file leaves.
        const staging = readdirSync(out)[0]!;
        writeFileSync(
            join(out, staging, "eurusd/features_1080.parquet/train/part-00002.parquet.1-1.tmp"),
            "half",
        );
        await writeDataset(options(out));
        expect(contentOf(out)).to.deep.equal(expected);
    });

    it("goes on with the other pairs where one fails, and takes that one up in the next run", async () => {
        const expected = await made();
        const out = join(scratch(), "out");
        // Where the failing pair's files would go there is a file: its folder cannot be made.
        const { inputsHash } = z
            .object({ inputsHash: z.string() })
            .parse(JSON.parse(expected.get("eurusd/manifest.json")!));
        const blocked = join(out, `.staging-${inputsHash}`, "eurusd");
        mkdirSync(join(blocked, ".."), { recursive: true });
        writeFileSync(blocked, "");
        const { made: ofFirst, failed } = await writeDataset(options(out));
        expect(ofFirst).to.deep.equal(["gbpjpy"]);
        expect(failed.map(({ pair }) => pair)).to.deep.equal(["eurusd"]);
        expect(failed[0]!.error).to.contain("ENOTDIR");
        expect(existsSync(join(out, "eurusd"))).to.equal(false);
        rmSync(blocked);
        expect(await writeDataset(options(out))).to.deep.include({
            made: ["eurusd"],
            kept: ["gbpjpy"],
            failed: [],
        });
        expect(contentOf(out)).to.deep.equal(expected);
    });

    it("refuses a market that lacks pairs, whichever are wanted", async () => {
        const whole = market();
        const bars = new Map(Array.from(whole.bars).filter(([pair]) => pair !== "audcad"));
        const out = join(scratch(), "out");
        const refusal = await refusalOf(writeDataset({ ...options(out), market: { ...whole, bars } }));
        expect(refusal.message).to.equal("The market lacks bars of audcad; features look across all pairs");
        expect(existsSync(out)).to.equal(false);
    });
});

function partsIn(folder: string): number {
    if (!existsSync(folder)) return 0;
    const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
    return names.filter((name) => /part-\d+\.parquet$/.test(name)).length;
}

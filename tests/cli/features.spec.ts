import { expect } from "chai";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { writeSample } from "../../data/sample/write";
import { temporaryDir } from "../support/temporary";
import { commandLine } from "./commandLine";

const columnSchema = z.strictObject({
    name: z.string(),
    table: z.string(),
    domain: z.enum(["rate_idx", "bqx", "both"]),
    family: z.string(),
    unit: z.string(),
    lookbackMinutes: z.number(),
    laggable: z.boolean(),
    causality: z.boolean(),
});

describe("bqx features", function () {
    this.timeout(60_000);
    const scratch = temporaryDir();

    it("list gives the catalogue as JSON", async () => {
        const { code, stdout } = await commandLine("features", "list", "--json");
        expect(code).to.equal(0);
        const columns = z.array(columnSchema).parse(JSON.parse(stdout));
        expect(columns).to.have.length(1_080);
        expect(columns.filter(({ laggable }) => laggable)).to.have.length(520);
        expect(columns.filter(({ causality }) => causality)).to.have.length(24);
    });

    it("list gives the counts of the families for people", async () => {
        const { code, stdout } = await commandLine("features", "list");
        expect(code).to.equal(0);
        expect(stdout.split("\n").slice(0, 3)).to.deep.equal([
            " 1080  features",
            "  268  rate_idx domain",
            "       90  regression idx",
        ]);
    });

    it("compute says how where it is not told which bars", async () => {
        for (const more of [[], ["--sample", "--data", scratch()]]) {
            const { code, stderr } = await commandLine("features", "compute", "--out", scratch(), ...more);
            expect(code).to.equal(1);
            expect(stderr).to.contain(
                "bqx: Say where the bars are: --data FOLDER with your own, or --sample for simulated ones.",
            );
        }
    });

    it("compute refuses a folder that is not there, pairs and sources that do not exist, and tables of no stack", async () => {
        const to = ["--out", join(scratch(), "out")];
        const nowhere = await commandLine("features", "compute", ...to, "--data", join(scratch(), "nowhere"));
        expect(nowhere.code).to.equal(1);
        expect(nowhere.stderr).to.contain(`bqx: There is no folder ${scratch()}/nowhere.`);
        const unknown = await commandLine("features", "compute", ...to, "--pairs", "eurusd,eurxxx");
        expect(unknown.code).to.equal(1);
        expect(unknown.stderr).to.contain('There is no pair "eurxxx"');
        const other = await commandLine("features", "compute", ...to, "--source", "files");
        expect(other.stderr).to.contain("Allowed choices are bars, tables.");
        const tables = await commandLine(
            "features",
            "compute",
            ...to,
            "--source",
            "tables",
            "--stack",
            "none",
        );
        expect(tables.code).to.equal(1);
        expect(tables.stderr).to.match(/bqx: .*"none"/);
        const simulated = await commandLine(
            ...["features", "compute", ...to, "--source", "tables", "--sample"],
        );
        expect(simulated.stderr).to.contain(
            "bqx: Simulated bars have no feature tables: leave --sample out.",
        );
    });

    it("compute reports all that is wrong with the bars, and writes nothing", async () => {
        const [data, out] = [join(scratch(), "data"), join(scratch(), "out")];
        await writeSample(data, { days: 1, pairs: ["eurusd"] });
        const lacking = await commandLine("features", "compute", "--data", data, "--out", out);
        expect(lacking.code).to.equal(1);
        expect(lacking.stderr).to.match(/^bqx: The market lacks bars of audcad, audchf, /m);
        expect(existsSync(out)).to.equal(false);
        const empty = await commandLine(
            "features",
            "compute",
            "--data",
            out.replace(/out$/, ""),
            "--out",
            out,
        );
        expect(empty.stderr).to.contain("bqx: The data has 1 problem:");
    });

    it("compute refuses bars of too few days", async () => {
        const [data, out] = [join(scratch(), "data"), join(scratch(), "out")];
        await writeSample(data, { days: 1 });
        const { code, stderr } = await commandLine("features", "compute", "--data", data, "--out", out);
        expect(code).to.equal(1);
        expect(stderr).to.match(/bqx: The market has \d+ minutes; a dataset needs at least \d+/);
        expect(existsSync(out)).to.equal(false);
    });
});

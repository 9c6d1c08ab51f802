import { expect } from "chai";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { PAIRS } from "../../config/pairs";
import type { IngestReport } from "../../data/ingest";
import { writeSample } from "../../data/sample/write";
import { ScratchCheckout } from "./scratch";

describe("bars in the database of a running stack", function () {
    this.timeout(180_000);
    let checkout: ScratchCheckout;
    let folder: string;

    before(async () => {
        checkout = new ScratchCheckout();
        folder = join(checkout.dir, "bars");
        await writeSample(folder, { days: 1 });
        const { code, stderr } = await checkout.bqx("up", "--no-open");
        expect(code, stderr).to.equal(0);
    });

    after(() => checkout.dispose());

    it("are stored by ingest, all 28 pairs", async () => {
        const { code, stderr, document } = await checkout.report("ingest", folder);
        expect(code, stderr).to.equal(0);
        const { pairs, problems } = document as IngestReport;
        expect(problems).to.deep.equal([]);
        expect(pairs.map(({ pair }) => pair)).to.deep.equal([...PAIRS]);
        expect(pairs.filter(({ added, alreadyThere }) => added < 1_000 || alreadyThere > 0)).to.deep.equal(
            [],
        );
    });

    it("are not stored twice, and a bad file stops no other", async () => {
        writeFileSync(join(folder, "eurusd.csv.gz"), "not gzip");
        const { code, stdout, stderr } = await checkout.bqx("ingest", folder, "--pairs", "eurusd,usdjpy");
        expect(code).to.equal(1);
        expect(stdout)
            .to.match(/^eurusd {2}refused$/m)
            .and.match(/^usdjpy +0 +1\d{3} +\d+ +0$/m);
        expect(stderr).to.match(/^bqx: The data has 1 problem:\n {2}- eurusd\.csv\.gz: cannot be read/m);
    });

    it("are asked for a running stack", async () => {
        expect((await checkout.bqx("down")).code).to.equal(0);
        const { code, stdout, stderr } = await checkout.bqx("ingest", folder);
        expect([code, stdout]).to.deep.equal([1, ""]);
        expect(stderr).to.match(
            /^bqx: The services of the local stack local do not answer; run "\.\/bqx up"/,
        );
    });
});

import { expect } from "chai";
import { checkRuntime, Network, SELF_TEST_MODEL } from "../../../sagemaker/inference/runtime";
import { forestModel, linearModel } from "./onnx";

const LINEAR = { means: [1], weights: [2], intercept: 3 };
const never = () => false;

/** Two trees of two columns, by hand. */
const FOREST = {
    means: [0, 10],
    trees: [
        { columns: [0, 1, 1], thresholds: [0, 5, 15], leaves: [1, 2, 3, 4] },
        { columns: [1], thresholds: [10], leaves: [10, 20] },
    ],
};

describe("models in ONNX Runtime", () => {
    it("tests itself by a model that is what it says", async () => {
        expect(Buffer.from(linearModel(LINEAR)).toString("base64")).to.equal(SELF_TEST_MODEL);
        await checkRuntime();
    });

    it("forecasts row by row, with means for missing values", async () => {
        const network = await Network.open(forestModel(FOREST), 2);
        const rows = Float32Array.of(-1, 5, -1, 6, 1, 15, 1, 16, NaN, NaN);
        expect([...((await network.run(rows, never)) ?? [])]).to.deep.equal([5.5, 6, 11.5, 12, 6]);
        await network.close();
    });

    it("gives the same for a batch in several goes as for each row alone", async () => {
        const network = await Network.open(linearModel(LINEAR), 1);
        const rows = Float32Array.from({ length: 150 }, (_, i) => i);
        const forecasts = await network.run(rows, never);
        expect([...(forecasts ?? [])]).to.deep.equal(Array.from(rows, (value) => 2 * value + 3));
        await network.close();
    });

    it("stops between two goes where it has become too late", async () => {
        const network = await Network.open(linearModel(LINEAR), 1);
        let asked = 0;
        expect(await network.run(new Float32Array(1_000), () => ++asked > 2)).to.equal(undefined);
        expect(asked).to.equal(3);
        await network.close();
    });

    it("opens no model of other inputs, and nothing that is none", async () => {
        const [wrong] = await Promise.allSettled([Network.open(linearModel(LINEAR), 2)]);
        expect(wrong).to.have.nested.property(
            "reason.message",
            "got features float32 [rows, 1], forecast float32 [rows, 1], " +
                "allowed: features float32 [rows, 2], forecast float32 [rows, 1]",
        );
        const [none] = await Promise.allSettled([Network.open(Buffer.from("no model"), 1)]);
        expect(none.status).to.equal("rejected");
    });
});

import { expect } from "chai";
import { computeRange } from "../../../features/engine";
import type { Market } from "../../../features/market";
import {
    EMBARGO_MINUTES,
    LONGEST_HORIZON,
    TARGETS,
    targetValues,
} from "../../../sagemaker/processing/targets";
import { cutMarket, PARAMETERS, simulatedMarket } from "../../features/market";

const ROWS = 900;
const market = simulatedMarket(ROWS);

/** The definition, term by term. */
function naiveBqx({ bars }: Market, window: number, row: number): number {
    const { close } = bars.get("eurusd")!;
    let sum = 0;
    for (let i = 1; i <= window; i++) sum += (close[row - i]! - close[row]!) / close[row]!;
    return sum;
}

describe("targets", () => {
    it("are those of the plan, the default first", () => {
        const names = TARGETS.map(({ name }) => name).join(" ");
        expect(names).to.equal(
            "target_60_60 target_15_15 target_30_30 target_45_45 target_75_75 target_75_15 target_60_15",
        );
        expect([LONGEST_HORIZON, EMBARGO_MINUTES]).to.deep.equal([75, 150]);
    });

    it("are bqx_W of h minutes later", () => {
        const values = targetValues(market, PARAMETERS, "eurusd", { from: 100, to: 800 });
        TARGETS.forEach(({ windowMinutes, horizonMinutes, name }, place) => {
            for (let row = 100; row < 800; row += 7) {
                const expected = naiveBqx(market, windowMinutes, row + horizonMinutes);
                expect(values[place]![row - 100], `${name} at ${row}`).to.be.closeTo(expected, 1e-6);
            }
        });
    });

    it("are the bits of the feature, h minutes later", () => {
        const columns = ["bqx_60"];
        const [later] = computeRange(market, PARAMETERS, { pairs: ["eurusd"], columns, from: 160, to: 560 });
        const values = targetValues(market, PARAMETERS, "eurusd", { from: 100, to: 500 });
        expect(values[0]).to.deep.equal(later?.values);
    });

    it("are NaN exactly where t + h is beyond the end", () => {
        const values = targetValues(market, PARAMETERS, "eurusd", { from: 700, to: ROWS });
        TARGETS.forEach(({ horizonMinutes }, place) => {
            const known = values[place]!.findIndex(Number.isNaN);
            expect(known).to.equal(ROWS - 700 - horizonMinutes);
            expect(values[place]!.subarray(known).every(Number.isNaN)).to.equal(true);
        });
    });

    it("are the same whatever the range they are asked for in", () => {
        const whole = targetValues(market, PARAMETERS, "eurusd", { from: 100, to: 800 });
        const part = targetValues(market, PARAMETERS, "eurusd", { from: 333, to: 444 });
        part.forEach((values, place) => expect(values).to.deep.equal(whole[place]!.subarray(233, 344)));
    });

    it("alone look ahead: without the minutes after t every feature of t is the same, and no target is known", () => {
        const cut = 700;
        const past = cutMarket(market, 0, cut);
        const columns = ["rsi_idx_14", "bqx_60", "w60_bqx_a1", "w60_idx_r2"];
        const request = { pairs: ["eurusd"] as const, columns, from: cut - 20, to: cut };
        const [whole] = computeRange(market, PARAMETERS, request);
        const [before] = computeRange(past, PARAMETERS, request);
        expect(before?.values).to.deep.equal(whole?.values);
        const last = { from: cut - 1, to: cut };
        for (const values of targetValues(past, PARAMETERS, "eurusd", last)) expect(values[0]).to.be.NaN;
        for (const values of targetValues(market, PARAMETERS, "eurusd", last))
            expect(values[0]).not.to.be.NaN;
    });
});

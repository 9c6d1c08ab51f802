import { expect } from "chai";
import type { Pair } from "../../../config/pairs";
import { STORED_COLUMNS } from "../../../features/catalogue";
import { computeNewest } from "../../../features/engine";
import { firstRows } from "../market";
import { columnsOf, computed, currencyMarket, flatMarket, parametersOf, withCloses } from "./currencyMarket";

const ROWS = 1700;
const PAIR: Pair = "eurgbp";

const market = currencyMarket(ROWS);
const parameters = parametersOf(market);

for (const family of ["correlation idx", "correlation bqx", "cross-pair"] as const) {
    describe(`family ${family}`, function () {
        this.timeout(60_000);

        const columns = columnsOf(family);
        const rows = { pair: PAIR, columns, from: 0, to: ROWS };
        let whole: Map<string, number[]>;

        before(() => {
            whole = computed(market, parameters, rows);
        });

        it("has a warm-up as long as declared, and no hole after it", () => {
            const lookbacks = new Map(
                STORED_COLUMNS.map(({ name, lookbackMinutes }) => [name, lookbackMinutes]),
            );
            for (const [name, values] of whole) {
                expect(
                    values.findIndex((value) => !Number.isNaN(value)),
                    name,
                ).to.equal(lookbacks.get(name));
                expect(values.slice(lookbacks.get(name)).some(Number.isNaN), name).to.equal(false);
            }
        });

        it("reads no later row", () => {
            const to = ROWS - 77;
            const short = computed(firstRows(market, to), parameters, { ...rows, to });
            for (const [name, values] of short) {
                expect(values, name).to.deep.equal(whole.get(name)!.slice(0, to));
            }
        });

        it("has the same bits wherever the rows are cut", () => {
            const from = ROWS - 300;
            for (const chunkRows of [61, 299]) {
                const pieces = computed(market, parameters, { ...rows, from, chunkRows });
                for (const [name, values] of pieces) {
                    expect(values, `${name} by ${chunkRows}`).to.deep.equal(whole.get(name)!.slice(from));
                }
            }
        });

        it("has the range's last row as its newest", () => {
            for (const to of [ROWS, ROWS - 1, ROWS - 240]) {
                const newest = computeNewest(firstRows(market, to), parameters, { pairs: [PAIR], columns });
                const last = columns.map((name) => whole.get(name)![to - 1]);
                expect([...newest.get(PAIR)!]).to.deep.equal(last);
            }
        });

        it("does not depend on the scale of a price", () => {
            const scaled = withCloses(market, PAIR, (close) => 100 * close);
            const values = computed(scaled, parametersOf(scaled, parameters.crossPair), rows);
            for (const [name, after] of values) {
                const before = whole.get(name)!;
                const size = Math.max(...before.filter((value) => !Number.isNaN(value)).map(Math.abs));
                const changed = after.filter((value, row) => {
                    const isSame = Math.abs(value - before[row]!) <= 1e-6 * size;
                    return !isSame && !(Number.isNaN(value) && Number.isNaN(before[row]));
                });
                expect(changed, name).to.deep.equal([]);
            }
        });

        it("has no value, rather than a wrong one, in a market that stands still", () => {
            const values = computed(flatMarket(400), parametersOf(flatMarket(400), parameters.crossPair), {
                ...rows,
                to: 400,
            });
            for (const [name, each] of values) {
                const numbers = each.filter((value) => !Number.isNaN(value));
                expect(
                    numbers.every((value) => value === 0),
                    name,
                ).to.equal(true);
                if (/correlation|share|_z_|ratio|beta|log_/.test(name))
                    expect(numbers, name).to.deep.equal([]);
            }
        });

        it("survives hours without a tick of another pair, and has its values again afterwards", () => {
            const stops = withCloses(market, "usdcad", (close, row) =>
                row >= 700 && row < 1000 ? market.bars.get("usdcad")!.close[699]! : close,
            );
            const values = computed(stops, parameters, rows);
            for (const [name, each] of values) {
                expect(each.slice(0, 700), name).to.deep.equal(whole.get(name)!.slice(0, 700));
                expect(
                    each.some((value) => Math.abs(value) === Infinity),
                    name,
                ).to.equal(false);
                const isRegime = name === "correlation_regime_60";
                if (!isRegime) expect(each.slice(1600), name).to.deep.equal(whole.get(name)!.slice(1600));
                if (!name.startsWith("sister"))
                    expect(each.slice(-200).some(Number.isNaN), name).to.equal(false);
            }
        });
    });
}

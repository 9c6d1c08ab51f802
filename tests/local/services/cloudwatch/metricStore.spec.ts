import { expect } from "chai";
import fc from "fast-check";
import { aggregateOf } from "../../../../local/services/cloudwatch/aggregate";
import {
    MAX_METRICS,
    MetricStore,
    type MetricPoint,
} from "../../../../local/services/cloudwatch/metricStore";

const HOUR = 3600_000;
const NOW = Date.UTC(2026, 10, 22, 13);
const metric = { namespace: "BQX", metricName: "Latency", dimensions: { Pair: "EURUSD", Stage: "live" } };
const point = (at: number, value = 1, more: Partial<MetricPoint> = {}): MetricPoint => ({
    ...metric,
    at,
    unit: "None",
    storageResolution: 60,
    values: aggregateOf(value),
    ...more,
});
const all = (store: MetricStore, periodSeconds = 60) => store.query(metric, 0, NOW + HOUR, periodSeconds);

describe("MetricStore", () => {
    it("takes the same dimensions in any order for one metric", () => {
        const store = new MetricStore();
        store.add(point(NOW));
        store.add(point(NOW, 2, { dimensions: { Stage: "live", Pair: "EURUSD" } }));
        store.add(point(NOW, 3, { dimensions: { Pair: "EURUSD" } }));
        expect(store.size).to.equal(2);
        expect(all(store).map(({ values }) => values.sum)).to.deep.equal([3]);
    });

    it("keeps units apart, and answers them together where none is asked for", () => {
        const store = new MetricStore();
        store.add(point(NOW, 1, { unit: "Seconds" }));
        store.add(point(NOW, 2, { unit: "Count" }));
        expect(store.unitsOf(metric)).to.deep.equal(["Seconds", "Count"]);
        const sumOf = (unit?: string) => store.query(metric, NOW, NOW + HOUR, 60, unit)[0]?.values.sum;
        expect([sumOf("Seconds"), sumOf("Count"), sumOf()]).to.deep.equal([1, 2, 3]);
    });

    it("keeps seconds of high-resolution metrics apart for three hours, minutes for a day, hours for 15 days", () => {
        const store = new MetricStore();
        for (const second of [0, 1]) store.add(point(NOW + second * 1000, 1, { storageResolution: 1 }));
        const periodsAfter = (hours: number) => {
            store.rollUp(NOW + hours * HOUR);
            return all(store, 1).map(({ start, values }) => [start - NOW, values.count]);
        };
        expect(periodsAfter(2)).to.deep.equal([
            [0, 1],
            [1000, 1],
        ]);
        expect(periodsAfter(4)).to.deep.equal([[0, 2]]);
        store.add(point(NOW + 60_000));
        expect(periodsAfter(5)).to.deep.equal([
            [0, 2],
            [60_000, 1],
        ]);
        expect(periodsAfter(25)).to.deep.equal([[0, 3]]);
        expect(periodsAfter(14 * 24)).to.deep.equal([[0, 3]]);
        expect(periodsAfter(15 * 24)).to.deep.equal([]);
        expect(store.size).to.equal(0);
    });

    it("has room for a bounded number of metrics", () => {
        const store = new MetricStore();
        for (let index = 0; index < MAX_METRICS; index++)
            store.add(point(NOW, 1, { metricName: `m${index}` }));
        expect(store.add(point(NOW, 1, { metricName: "one more" }))).to.equal(false);
        expect(store.add(point(NOW, 1, { metricName: "m0" }))).to.equal(true);
        expect(store.size).to.equal(MAX_METRICS);
    });

    it("loses no value, however points are aged, copied and grouped", () => {
        const offsets = fc.array(fc.integer({ min: 0, max: 48 * 3600 }), { minLength: 1, maxLength: 60 });
        fc.assert(
            fc.property(offsets, fc.constantFrom(60, 300, 3600), (seconds, periodSeconds) => {
                const store = new MetricStore();
                for (const [index, offset] of seconds.entries()) store.add(point(NOW - offset * 1000, index));
                store.rollUp(NOW);
                const copy = new MetricStore();
                for (const each of store.points()) copy.add(each);
                const sum = all(copy, periodSeconds).reduce((total, { values }) => total + values.sum, 0);
                expect(sum).to.equal((seconds.length * (seconds.length - 1)) / 2);
                expect(all(copy)).to.deep.equal(all(store));
            }),
        );
    });
});

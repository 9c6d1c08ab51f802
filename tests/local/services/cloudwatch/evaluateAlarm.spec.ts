import { expect } from "chai";
import fc from "fast-check";
import {
    evaluateAlarm,
    evaluationRange,
    type AlarmInputs,
    type AlarmState,
    type Datapoint,
} from "../../../../local/services/cloudwatch/evaluateAlarm";

const NOW = Date.UTC(2026, 10, 22, 13, 15, 30);
const END = Date.UTC(2026, 10, 22, 13, 15, 0);

const alarm: AlarmInputs = {
    periodSeconds: 60,
    evaluationPeriods: 3,
    datapointsToAlarm: 3,
    threshold: 1,
    comparisonOperator: "GreaterThanOrEqualToThreshold",
    statistic: "Average",
    treatMissingData: "missing",
};

/** Reads AWS's notation: the newest period on the right, `0` within, `X` breaching, `-` missing. */
function datapoints(pattern: string, periodSeconds = 60): Datapoint[] {
    const marks = pattern.split(" ");
    return marks.flatMap((mark, index) => {
        const start = END - (marks.length - index) * periodSeconds * 1000;
        return mark === "-" ? [] : [{ start, value: mark === "X" ? 2 : 0, sampleCount: 1 }];
    });
}

const evaluate = (inputs: Partial<AlarmInputs>, pattern: string, previous: AlarmState = "OK") =>
    evaluateAlarm({ ...alarm, ...inputs }, datapoints(pattern), NOW, previous);

describe("evaluateAlarm", () => {
    // The tables of "How alarm state is evaluated when data is missing" in AWS's user guide; "retain" is the state before.
    const tables: { datapointsToAlarm: number; rows: [string, string, string, string, string][] }[] = [
        {
            datapointsToAlarm: 3,
            rows: [
                ["0 - X - X", "OK", "OK", "OK", "OK"],
                ["0 - - - -", "OK", "OK", "OK", "OK"],
                ["- - - - -", "INSUFFICIENT_DATA", "retain", "ALARM", "OK"],
                ["0 X X - X", "ALARM", "ALARM", "ALARM", "ALARM"],
                ["- - X - -", "ALARM", "retain", "ALARM", "OK"],
                ["- - - - X", "OK", "OK", "ALARM", "OK"],
                ["- - - X -", "OK", "OK", "ALARM", "OK"],
            ],
        },
        {
            datapointsToAlarm: 2,
            rows: [
                ["0 - X - X", "ALARM", "ALARM", "ALARM", "ALARM"],
                ["0 0 X 0 X", "ALARM", "ALARM", "ALARM", "ALARM"],
                ["0 - X - -", "OK", "OK", "ALARM", "OK"],
                ["- - - - 0", "OK", "OK", "ALARM", "OK"],
                ["- - - X -", "ALARM", "retain", "ALARM", "OK"],
            ],
        },
    ];
    const treatments = ["missing", "ignore", "breaching", "notBreaching"] as const;
    for (const { datapointsToAlarm, rows } of tables) {
        for (const [pattern, ...expected] of rows) {
            treatments.forEach((treatMissingData, column) => {
                const outcome = expected[column];
                it(`${datapointsToAlarm} of 3, ${treatMissingData}: ${pattern} gives ${outcome}`, () => {
                    for (const before of ["OK", "ALARM", "INSUFFICIENT_DATA"] as const) {
                        const { state } = evaluate({ datapointsToAlarm, treatMissingData }, pattern, before);
                        expect(state).to.equal(outcome === "retain" ? before : outcome);
                    }
                });
            });
        }
    }

    for (const [comparisonOperator, breaching] of [
        ["GreaterThanOrEqualToThreshold", [1, 2]],
        ["GreaterThanThreshold", [2]],
        ["LessThanThreshold", [0]],
        ["LessThanOrEqualToThreshold", [0, 1]],
    ] as const) {
        it(`${comparisonOperator} 1 is breached by ${breaching.join(" and ")} of 0, 1 and 2`, () => {
            const inputs = { ...alarm, comparisonOperator, evaluationPeriods: 1, datapointsToAlarm: 1 };
            const breaches = [0, 1, 2].filter((value) => {
                const newest = [{ start: END - 60_000, value, sampleCount: 1 }];
                return evaluateAlarm(inputs, newest, NOW, "OK").state === "ALARM";
            });
            expect(breaches).to.deep.equal(breaching);
        });
    }

    it("passes over datapoints that are too old or not yet complete", () => {
        const late = [
            { start: END, value: 9, sampleCount: 1 },
            { start: END - 6 * 60_000, value: 9, sampleCount: 1 },
        ];
        expect(evaluateAlarm(alarm, late, NOW, "OK").state).to.equal("INSUFFICIENT_DATA");
    });

    it("looks at long periods that end at each full minute, and at short ones by their own length", () => {
        expect(evaluationRange({ ...alarm, periodSeconds: 300, evaluationPeriods: 1 }, NOW)).to.deep.equal({
            start: END - 3 * 300_000,
            end: END,
        });
        const short = evaluationRange({ ...alarm, periodSeconds: 10, evaluationPeriods: 1 }, NOW + 5000);
        expect(short).to.deep.equal({ start: END, end: END + 30_000 });
    });

    const reasons: { title: string; inputs: Partial<AlarmInputs>; pattern: string; expected: string }[] = [
        {
            title: "ALARM",
            inputs: { datapointsToAlarm: 2 },
            pattern: "- - X 0 X",
            expected:
                "Threshold Crossed: 2 out of the last 3 datapoints [2.0 (22/11/26 13:14:00), 2.0 (22/11/26 13:12:00)] " +
                "were greater than or equal to the threshold (1.0) (minimum 2 datapoints for OK -> ALARM transition).",
        },
        {
            title: "OK",
            inputs: { datapointsToAlarm: 2 },
            pattern: "- - X 0 0",
            expected:
                "Threshold Crossed: 2 out of the last 3 datapoints [0.0 (22/11/26 13:14:00), 0.0 (22/11/26 13:13:00)] " +
                "were not greater than or equal to the threshold (1.0) (minimum 2 datapoints for ALARM -> OK transition).",
        },
        {
            title: "no data",
            inputs: {},
            pattern: "- - - - -",
            expected: "Insufficient Data: 3 datapoints were unknown.",
        },
        {
            title: "no data that is treated as breaching",
            inputs: { evaluationPeriods: 1, datapointsToAlarm: 1, treatMissingData: "breaching" },
            pattern: "- - -",
            expected:
                "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [Breaching].",
        },
        {
            title: "some data",
            inputs: { treatMissingData: "notBreaching" },
            pattern: "- - - - 0",
            expected:
                "Threshold Crossed: 1 out of the last 1 datapoints [0.0 (22/11/26 13:14:00)] was not greater than or " +
                "equal to the threshold (1.0) (minimum 1 datapoint for ALARM -> OK transition) and 2 missing datapoints " +
                "were treated as [NonBreaching].",
        },
    ];
    for (const { title, inputs, pattern, expected } of reasons) {
        it(`words the reason for ${title}`, () =>
            expect(evaluate(inputs, pattern).reason).to.equal(expected));
    }

    it("gives the reason as data too", () => {
        const { reasonData } = evaluate(
            { statistic: "p99", evaluationPeriods: 2, datapointsToAlarm: 2 },
            "- - 0 X",
        );
        expect(reasonData).to.deep.equal({
            version: "1.0",
            queryDate: "2026-11-22T13:15:30.000+0000",
            startDate: "2026-11-22T13:13:00.000+0000",
            unit: undefined,
            extendedStatistic: "p99",
            period: 60,
            recentDatapoints: [0, 2],
            threshold: 1,
            evaluatedDatapoints: [
                { timestamp: "2026-11-22T13:14:00.000+0000", sampleCount: 1, value: 2 },
                { timestamp: "2026-11-22T13:13:00.000+0000", sampleCount: 1, value: 0 },
            ],
        });
    });

    it("never depends on the treatment of missing data while there is enough data, nor on the order given", () => {
        const marks = fc.array(fc.constantFrom("0", "X"), { minLength: 5, maxLength: 5 });
        fc.assert(
            fc.property(marks, fc.integer({ min: 1, max: 3 }), (pattern, datapointsToAlarm) => {
                const points = datapoints(pattern.join(" "));
                const breaching = pattern.slice(2).filter((mark) => mark === "X").length;
                for (const treatMissingData of treatments) {
                    const inputs = { ...alarm, datapointsToAlarm, treatMissingData };
                    const expected = breaching >= datapointsToAlarm ? "ALARM" : "OK";
                    expect(evaluateAlarm(inputs, points, NOW, "OK").state).to.equal(expected);
                    expect(evaluateAlarm(inputs, [...points].reverse(), NOW, "OK").state).to.equal(expected);
                }
            }),
        );
    });
});

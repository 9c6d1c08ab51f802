import { expect } from "chai";
import fc from "fast-check";
import { parseCron, translateCron } from "../../../../local/services/scheduler/cron";

const utc = (text: string): number => Date.parse(`${text}Z`);

/** The next times of an expression, to the minute. */
function nextTimes(text: string, after: string, count: number): string[] {
    const next = parseCron(text);
    const times: string[] = [];
    let ms: number | undefined = utc(after);
    while (times.length < count && (ms = next(ms)) !== undefined)
        times.push(new Date(ms).toISOString().slice(0, 16));
    return times;
}

describe("EventBridge cron expressions", () => {
    // 1 January 2026 is a Thursday.
    const cases: [title: string, expression: string, times: string[]][] = [
        ["each minute", "* * * * ? *", ["2026-01-01T00:01", "2026-01-01T00:02"]],
        [
            "a start and a step",
            "10/20 8 ? * * *",
            ["2026-01-01T08:10", "2026-01-01T08:30", "2026-01-01T08:50"],
        ],
        [
            "a step in a range",
            "0 8-14/3 ? * * *",
            ["2026-01-01T08:00", "2026-01-01T11:00", "2026-01-01T14:00"],
        ],
        ["a list", "0,30 9,17 1 * ? *", ["2026-01-01T09:00", "2026-01-01T09:30", "2026-01-01T17:00"]],
        ["working days", "0 6 ? * MON-FRI *", ["2026-01-01T06:00", "2026-01-02T06:00", "2026-01-05T06:00"]],
        ["days counted from Sunday", "0 6 ? * 1 *", ["2026-01-04T06:00", "2026-01-11T06:00"]],
        ["every second day of the week", "0 6 ? * 2/2 *", ["2026-01-02T06:00", "2026-01-05T06:00"]],
        ["months by name", "0 0 1 feb,DEC ? *", ["2026-02-01T00:00", "2026-12-01T00:00"]],
        ["the last day of the month", "0 0 L * ? *", ["2026-01-31T00:00", "2026-02-28T00:00"]],
        ["the last day of the week", "0 0 ? * L *", ["2026-01-03T00:00", "2026-01-10T00:00"]],
        ["the last Friday of the month", "0 0 ? * 6L *", ["2026-01-30T00:00", "2026-02-27T00:00"]],
        ["the same by name", "0 0 ? * FRIL *", ["2026-01-30T00:00", "2026-02-27T00:00"]],
        ["the second Tuesday", "0 0 ? * 3#2 *", ["2026-01-13T00:00", "2026-02-10T00:00"]],
        ["the fifth Saturday", "0 0 ? * SAT#5 *", ["2026-01-31T00:00", "2026-05-30T00:00"]],
        ["a working day near the 15th", "0 0 15W * ? *", ["2026-01-15T00:00", "2026-02-16T00:00"]],
        ["a working day that stays in its month", "0 0 1W * ? *", ["2026-02-02T00:00", "2026-03-02T00:00"]],
        ["leap days", "0 0 29 2 ? *", ["2028-02-29T00:00", "2032-02-29T00:00"]],
        ["years", "0 0 1 1 ? 2027-2029/2", ["2027-01-01T00:00", "2029-01-01T00:00"]],
        ["a year that has passed", "0 0 1 1 ? 2020", []],
        ["a day that never comes", "0 0 31 2 ? *", []],
    ];
    for (const [title, expression, times] of cases) {
        it(`knows ${title}: ${expression}`, () => {
            // One more than there are where the list is complete.
            expect(nextTimes(expression, "2026-01-01T00:00:00", Math.max(1, times.length))).to.deep.equal(
                times,
            );
        });
    }

    it("agrees with a plain reading of lists, ranges and steps", () => {
        const field = (min: number, max: number): fc.Arbitrary<{ text: string; values: Set<number> }> =>
            fc
                .record({
                    a: fc.integer({ min, max }),
                    b: fc.integer({ min, max }),
                    step: fc.integer({ min: 1, max }),
                })
                .chain(({ a, b, step }) => {
                    const [low, high] = [Math.min(a, b), Math.max(a, b)];
                    const every = (from: number, to: number, by: number) =>
                        new Set(
                            Array.from({ length: to - from + 1 }, (_, i) => from + i).filter(
                                (_, i) => i % by === 0,
                            ),
                        );
                    return fc.constantFrom(
                        { text: "*", values: every(min, max, 1) },
                        { text: `${low}`, values: new Set([low]) },
                        { text: `${low},${high}`, values: new Set([low, high]) },
                        { text: `${low}-${high}`, values: every(low, high, 1) },
                        { text: `${low}/${step}`, values: every(low, max, step) },
                        { text: `*/${step}`, values: every(min, max, step) },
                        { text: `${low}-${high}/${step}`, values: every(low, high, step) },
                    );
                });
        const at = fc.integer({ min: utc("2024-01-01T00:00:00"), max: utc("2030-01-01T00:00:00") });
        const fields = fc.tuple(field(0, 59), field(0, 23), field(1, 12), field(1, 7), at);
        fc.assert(
            fc.property(fields, ([minutes, hours, months, days, afterMs]) => {
                const text = `${minutes.text} ${hours.text} ? ${months.text} ${days.text} *`;
                const fits = (ms: number): boolean => {
                    const date = new Date(ms);
                    return (
                        minutes.values.has(date.getUTCMinutes()) &&
                        hours.values.has(date.getUTCHours()) &&
                        months.values.has(date.getUTCMonth() + 1) &&
                        days.values.has(date.getUTCDay() + 1)
                    );
                };
                const found = parseCron(text)(afterMs)!;
                expect(fits(found) && found % 60_000 === 0, text).to.be.true;
                // Nothing between that fits, looked at for two days at most.
                const start = Math.floor(afterMs / 60_000) * 60_000 + 60_000;
                for (let ms = start; ms < Math.min(found, start + 2 * 86_400_000); ms += 60_000)
                    if (fits(ms)) expect.fail(`${text}: ${new Date(ms).toISOString()} was left out`);
            }),
            { numRuns: 150 },
        );
    });

    const refusals: [expression: string, problem: string][] = [
        ["* * * * *", "got 5 fields, allowed: 6 (minutes hours day-of-month month day-of-week year)"],
        ["* * * * * *", "day-of-month and day-of-week: got * and *, allowed: ? in one of them"],
        ["* * ? * ? *", "day-of-month and day-of-week: got ? and ?, allowed: ? in one of them"],
        [
            "60 * * * ? *",
            "minutes: got 60, allowed: 0 to 59, *, rising ranges a-b, steps a/b, lists of these",
        ],
        ["? * * * ? *", "minutes: got ?, allowed: 0 to 59"],
        ["5-1 * * * ? *", "minutes: got 5-1, allowed:"],
        ["*/0 * * * ? *", "minutes: got */0, allowed:"],
        ["1/2/3 * * * ? *", "minutes: got 1/2/3, allowed:"],
        ["1-2-3 * * * ? *", "minutes: got 1-2-3, allowed:"],
        ["5, * * * ? *", "minutes: got , allowed:"],
        ["* 24 * * ? *", "hours: got 24, allowed: 0 to 23"],
        ["* * 32W * ? *", "day-of-month: got 32W, allowed: 1 to 31"],
        ["* * LW * ? *", "day-of-month: got LW, allowed: 1 to 31"],
        ["* * L,15 * ? *", "day-of-month: got L, allowed:"],
        ["* * ? 13 * *", "month: got 13, allowed: 1 to 12 or JAN to DEC"],
        ["* * ? * 0 *", "day-of-week: got 0, allowed: 1 to 7 or SUN to SAT"],
        ["* * ? * 3#6 *", "day-of-week: got 3#6, allowed:"],
        ["* * ? * 3#1,6#3 *", "day-of-week: got 3#1, allowed:"],
        ["* * ? * FRI-MON *", "day-of-week: got FRI-MON, allowed: 1 to 7 or SUN to SAT, *, rising ranges"],
        ["* * ? * * 1969", "year: got 1969, allowed: 1970 to 2199"],
        ["60 24 * * * 2200", "allowed: ? in one of them; minutes: got 60"],
    ];
    for (const [expression, problem] of refusals) {
        it(`refuses ${expression}`, () => {
            expect(() => translateCron(expression)).to.throw(RangeError, problem);
        });
    }
});

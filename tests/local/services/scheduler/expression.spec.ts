import { expect } from "chai";
import { parseExpression, type ExpressionOptions } from "../../../../local/services/scheduler/expression";

const utc = (text: string): number => Date.parse(`${text}Z`);

function nextTimes(
    text: string,
    after: string,
    count: number,
    options: Partial<ExpressionOptions> = {},
): string[] {
    const expression = parseExpression(text, { timezone: "UTC", ...options });
    const times: string[] = [];
    let ms: number | undefined = utc(after);
    while (times.length < count && (ms = expression.next(ms)) !== undefined)
        times.push(new Date(ms).toISOString().slice(0, 16));
    return times;
}

describe("schedule expressions", () => {
    const timezone = "America/New_York";

    describe("rate", () => {
        it("is counted from 1970 where there is no start", () => {
            expect(nextTimes("rate(5 minutes)", "2026-01-01T00:01:00", 2)).to.deep.equal([
                "2026-01-01T00:05",
                "2026-01-01T00:10",
            ]);
            expect(nextTimes("rate(1 day)", "2026-01-01T00:00:00", 2)).to.deep.equal([
                "2026-01-02T00:00",
                "2026-01-03T00:00",
            ]);
        });

        it("is counted from its start, which is its first time, up to its end, which is not one", () => {
            const limits = { startMs: utc("2026-01-01T10:07:00"), endMs: utc("2026-01-01T14:07:00") };
            expect(nextTimes("rate(2 hours)", "2025-12-01T00:00:00", 9, limits)).to.deep.equal([
                "2026-01-01T10:07",
                "2026-01-01T12:07",
            ]);
        });
    });

    describe("cron", () => {
        it("goes by its time zone, in winter and in summer", () => {
            const after = "2026-03-06T00:00:00";
            expect(nextTimes("cron(0 17 ? * SUN,FRI *)", after, 3, { timezone })).to.deep.equal([
                "2026-03-06T22:00",
                "2026-03-08T21:00",
                "2026-03-13T21:00",
            ]);
        });

        it("leaves out what New York's clock leaves out in March", () => {
            expect(nextTimes("cron(30 2 * * ? *)", "2026-03-07T00:00:00", 2, { timezone })).to.deep.equal([
                "2026-03-07T07:30",
                "2026-03-09T06:30",
            ]);
            expect(nextTimes("cron(0/30 * * * ? *)", "2026-03-08T06:00:00", 3, { timezone })).to.deep.equal([
                "2026-03-08T06:30",
                "2026-03-08T07:00",
                "2026-03-08T07:30",
            ]);
        });

        it("runs once only what New York's clock shows twice in November", () => {
            expect(nextTimes("cron(30 1 * * ? *)", "2026-10-31T12:00:00", 2, { timezone })).to.deep.equal([
                "2026-11-01T05:30",
                "2026-11-02T06:30",
            ]);
            expect(nextTimes("cron(0/30 * * * ? *)", "2026-11-01T05:00:00", 2, { timezone })).to.deep.equal([
                "2026-11-01T05:30",
                "2026-11-01T07:00",
            ]);
            // Asked in the second of the two hours, which is 01:10 again.
            expect(nextTimes("cron(0/5 * * * ? *)", "2026-11-01T06:10:00", 1, { timezone })).to.deep.equal([
                "2026-11-01T07:00",
            ]);
        });

        it("runs every minute of a year but those of the clock changes", () => {
            const expression = parseExpression("cron(* * * * ? *)", { timezone });
            for (const day of ["2026-03-08", "2026-11-01", "2026-07-01"]) {
                const [startMs, endMs] = [utc(`${day}T04:00:00`), utc(`${day}T08:00:00`)];
                let count = 0;
                for (let ms = expression.next(startMs - 1)!; ms < endMs; ms = expression.next(ms)!) count++;
                expect(count, day).to.equal(day === "2026-11-01" ? 180 : 240);
            }
        });

        it("keeps to its start and its end", () => {
            const limits = { startMs: utc("2026-01-02T00:00:00"), endMs: utc("2026-01-04T00:00:00") };
            expect(nextTimes("cron(0 0 * * ? *)", "2025-12-01T00:00:00", 9, limits)).to.deep.equal([
                "2026-01-02T00:00",
                "2026-01-03T00:00",
            ]);
        });
    });

    describe("at", () => {
        it("is once, in its time zone, whatever start and end are", () => {
            const limits = { startMs: utc("2030-01-01T00:00:00"), endMs: utc("2031-01-01T00:00:00") };
            expect(
                nextTimes("at(2026-07-01T12:00:00)", "2026-01-01T00:00:00", 2, { timezone, ...limits }),
            ).to.deep.equal(["2026-07-01T16:00"]);
        });

        it("never is where the clock never shows it", () => {
            expect(
                nextTimes("at(2026-03-08T02:30:00)", "2026-01-01T00:00:00", 1, { timezone }),
            ).to.deep.equal([]);
        });
    });

    const refusals: [text: string, problem: string][] = [
        ["every minute", "got every minute, allowed: rate(...), cron(...) or at(...)"],
        ["rate(0 minutes)", "rate(): got 0 minutes, allowed: a number from 1 on and minutes, hours or days"],
        ["rate(5 seconds)", "rate(): got 5 seconds"],
        ["rate(1.5 hours)", "rate(): got 1.5 hours"],
        ["at(2026-01-01)", "at(): got 2026-01-01, allowed: a time such as 2026-11-22T16:00:00"],
        ["at(2026-13-01T00:00:00)", "at(): got 2026-13-01T00:00:00"],
        ["cron(61 * * * ? *)", "cron(): minutes: got 61"],
    ];
    for (const [text, problem] of refusals) {
        it(`refuses ${text}`, () => {
            expect(() => parseExpression(text, { timezone: "UTC" })).to.throw(RangeError, problem);
        });
    }

    it("refuses a time zone that does not exist", () => {
        expect(() => parseExpression("cron(0 0 * * ? *)", { timezone: "Mars/Olympus" })).to.throw(
            RangeError,
            "cron(): timezone: got Mars/Olympus, allowed: a name such as America/New_York",
        );
    });
});

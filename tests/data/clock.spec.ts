import { expect } from "chai";
import { now, replayClock, WALL_CLOCK } from "../../data/clock";
import { describeInstant } from "../../features/time/instant";

const utc = (text: string): number => Date.parse(`${text}:00Z`);
const STARTED_MS = utc("2026-01-01T00:00");
const MINUTE_MS = 60_000;

/** The last two minutes of a week and the first of the next. */
const MINUTES = { firstMs: utc("2017-07-07T20:58"), lastMs: utc("2017-07-09T21:00") };

describe("the market clock", () => {
    it("shows the wall clock's time", () => {
        expect(now(WALL_CLOCK, 123)).to.equal(123);
        const before = Date.now();
        expect(now(WALL_CLOCK)).to.be.within(before, Date.now());
    });

    it("replays trading minutes, without the weekend, over and over", () => {
        const clock = replayClock(MINUTES, STARTED_MS);
        const shown = [0, 0.5, 1, 2, 2.5, 3, 7].map((minutes) =>
            describeInstant(now(clock, STARTED_MS + minutes * MINUTE_MS)),
        );
        expect(shown).to.deep.equal([
            "2017-07-07T20:58Z",
            "2017-07-07T20:58:30Z",
            "2017-07-07T20:59Z",
            "2017-07-09T21:00Z",
            "2017-07-09T21:00:30Z",
            "2017-07-07T20:58Z",
            "2017-07-07T20:59Z",
        ]);
    });

    it("goes as fast as it is told", () => {
        const clock = replayClock({ ...MINUTES, speed: 60 }, STARTED_MS);
        expect(describeInstant(now(clock, STARTED_MS + 1_500))).to.equal("2017-07-07T20:59:30Z");
    });

    it("stays within its minutes where the wall clock is set back", () => {
        const clock = replayClock(MINUTES, STARTED_MS);
        expect(describeInstant(now(clock, STARTED_MS - MINUTE_MS))).to.equal("2017-07-09T21:00Z");
    });

    it("is plain data, so that another process reads the same time", () => {
        const clock = replayClock({ ...MINUTES, speed: 7.5 }, STARTED_MS);
        const copy = JSON.parse(JSON.stringify(clock)) as typeof clock;
        expect(now(copy, STARTED_MS + 98_765)).to.equal(now(clock, STARTED_MS + 98_765));
    });

    it("refuses what cannot be replayed, all of it at once", () => {
        const saturday = utc("2017-07-08T00:00");
        expect(() => replayClock({ firstMs: utc("2017-07-09T21:00"), lastMs: saturday, speed: 0 })).to.throw(
            RangeError,
            `Replay: lastMs: got ${saturday}, allowed: a trading minute; ` +
                `lastMs: got ${saturday}, allowed: ${utc("2017-07-09T21:00")} or later; speed: got 0, allowed: above 0`,
        );
        expect(() => replayClock({ firstMs: saturday, lastMs: utc("2017-07-10T00:00") })).to.throw(
            "firstMs: got",
        );
    });
});

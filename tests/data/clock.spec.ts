import { expect } from "chai";
import fc from "fast-check";
import {
    elapsed,
    formatClock,
    now,
    parseClock,
    replayClock,
    shows,
    WALL_CLOCK,
    type MarketClock,
} from "../../data/clock";
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
        const copy = parseClock(formatClock(clock));
        expect(copy).to.deep.equal(clock);
        expect(parseClock(formatClock(WALL_CLOCK))).to.deep.equal(WALL_CLOCK);
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

    it("refuses text that is no clock, with every problem at once", () => {
        const refusals: [text: string, problem: string][] = [
            ["{", "Market clock: got {, allowed: JSON"],
            ['"wall"', 'Market clock: got "wall", allowed: an object of kind "wall" or "replay"'],
            [
                '{"kind":"sun"}',
                'Market clock: kind: got {"kind":"sun"}, allowed: an object of kind "wall" or "replay"',
            ],
            [
                '{"kind":"replay","firstMinute":1.5,"minutes":0,"speed":-1}',
                "Market clock: firstMinute: got 1.5, allowed: a whole number; minutes: got 0, allowed: 1 or more; " +
                    "speed: got -1, allowed: above 0; startedAtMs: got nothing, allowed: a whole number",
            ],
        ];
        for (const [text, problem] of refusals) expect(() => parseClock(text)).to.throw(RangeError, problem);
    });

    describe("what it has shown", () => {
        const shown = (clock: MarketClock, afterMinutes: number, untilMinutes: number): string[] =>
            elapsed(clock, STARTED_MS + afterMinutes * MINUTE_MS, STARTED_MS + untilMinutes * MINUTE_MS).map(
                ({ fromMs, toMs }) => `${describeInstant(fromMs)} ${describeInstant(toMs)}`,
            );

        it("is the time between, for a wall clock", () => {
            expect(elapsed(WALL_CLOCK, 100, 103)).to.deep.equal([{ fromMs: 101, toMs: 103 }]);
            expect(elapsed(WALL_CLOCK, 103, 103)).to.deep.equal([]);
            expect(elapsed(WALL_CLOCK, 103, 100)).to.deep.equal([]);
        });

        it("is a stretch for each time that a replay has begun anew", () => {
            const clock = replayClock(MINUTES, STARTED_MS);
            expect(shown(clock, -5, -1)).to.deep.equal([]);
            expect(shown(clock, -5, 0)).to.deep.equal(["2017-07-07T20:58Z 2017-07-07T20:58Z"]);
            // A minute ends with its last millisecond, 20:59:59.999 or so: the texts are cut to seconds.
            expect(shown(clock, 0.5, 2)).to.deep.equal(["2017-07-07T20:58:30Z 2017-07-09T21:00Z"]);
            expect(shown(clock, 1, 7.5)).to.deep.equal([
                "2017-07-07T20:59Z 2017-07-09T21:00:59Z",
                "2017-07-07T20:58Z 2017-07-09T21:00:59Z",
                "2017-07-07T20:58Z 2017-07-07T20:59:30Z",
            ]);
        });

        it("is the same whether one looks often or seldom", () => {
            const looks = fc.array(fc.integer({ min: 0, max: 20 * MINUTE_MS }), {
                minLength: 1,
                maxLength: 20,
            });
            const speeds = fc.constantFrom(0.3, 1, 7.5, 60);
            const length = (clock: MarketClock, afterMs: number, untilMs: number): number =>
                elapsed(clock, afterMs, untilMs)
                    .flatMap(({ fromMs, toMs }) => minutesOf(clock, fromMs, toMs))
                    .reduce((sum, each) => sum + each, 0);
            fc.assert(
                fc.property(looks, speeds, (walls, speed) => {
                    const clock = replayClock({ ...MINUTES, speed }, STARTED_MS);
                    const times = [0, ...walls].sort((a, b) => a - b).map((ms) => STARTED_MS - 1 + ms);
                    const pieces = times.slice(1).map((ms, i) => length(clock, times[i]!, ms));
                    const whole = length(clock, times[0]!, times.at(-1)!);
                    expect(pieces.reduce((sum, each) => sum + each, 0)).to.equal(whole);
                }),
            );
        });

        it("leaves out closed hours in a replay only", () => {
            const saturday = utc("2017-07-08T12:00");
            expect(shows(WALL_CLOCK, saturday)).to.be.true;
            expect(shows(replayClock(MINUTES), saturday)).to.be.false;
            expect(shows(replayClock(MINUTES), MINUTES.firstMs)).to.be.true;
        });
    });
});

/** Which of the three replayed minutes begin in a stretch, as 1 each. */
function minutesOf(clock: MarketClock, fromMs: number, toMs: number): number[] {
    const minutes = [MINUTES.firstMs, MINUTES.firstMs + MINUTE_MS, MINUTES.lastMs];
    return minutes.filter((ms) => ms >= fromMs && ms <= toMs && shows(clock, ms)).map(() => 1);
}

import { expect } from "chai";
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { now, parseClock, WALL_CLOCK } from "../../data/clock";
import { readClock, startReplay, stopReplay } from "../../local/clock";
import { UserError } from "../../local/errors";

const REPLAY = {
    firstMs: Date.parse("2017-07-03T08:00Z"),
    lastMs: Date.parse("2017-07-03T09:00Z"),
    speed: 60,
};

describe("the clock of a local stack", () => {
    let dir: string;
    beforeEach(() => (dir = mkdtempSync(join(tmpdir(), "bqx-clock-"))));
    afterEach(() => rmSync(dir, { recursive: true }));

    it("is the wall clock, until a replay is started and after it is stopped", () => {
        expect(readClock(dir)).to.equal(WALL_CLOCK);
        const clock = startReplay(dir, REPLAY);
        expect(readClock(dir)).to.deep.equal(clock);
        expect(now(clock) - REPLAY.firstMs).to.be.within(0, 60 * 5_000);
        stopReplay(dir);
        stopReplay(dir);
        expect(readClock(dir)).to.equal(WALL_CLOCK);
    });

    it("is read again only when its file has changed", () => {
        startReplay(dir, REPLAY);
        const first = readClock(dir);
        expect(readClock(dir)).to.equal(first);
        const second = startReplay(dir, { ...REPLAY, speed: 2 });
        expect(readClock(dir)).to.deep.equal(second);
        stopReplay(dir);
        startReplay(dir, REPLAY);
        expect(readClock(dir)).to.include({ speed: 60 });
    });

    it("is one file, that leaves nothing beside it", () => {
        startReplay(dir, REPLAY);
        expect(readdirSync(dir)).to.deep.equal(["clock.json"]);
    });

    it("refuses a replay of closed hours and keeps the clock that there was", () => {
        startReplay(dir, REPLAY);
        const saturday = Date.parse("2017-07-08T12:00Z");
        expect(() => startReplay(dir, { ...REPLAY, lastMs: saturday })).to.throw(
            RangeError,
            "a trading minute",
        );
        expect(readClock(dir)).to.include({ minutes: 61 });
    });

    it("names a damaged file and what is wrong in it, each time", () => {
        const path = join(dir, "clock.json");
        writeFileSync(path, '{"kind":"replay","speed":0}');
        for (let i = 0; i < 2; i++) {
            expect(() => readClock(dir)).to.throw(
                UserError,
                `${path} is damaged: Market clock: firstMinute: got`,
            );
        }
        writeFileSync(path, '{"kind":"wall"}');
        utimesSync(path, 1, 1);
        expect(readClock(dir)).to.deep.equal(parseClock('{"kind":"wall"}'));
    });
});

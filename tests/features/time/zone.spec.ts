import { expect } from "chai";
import fc from "fast-check";
import { DAY_MS, MINUTE_MS } from "../../../features/time/instant";
import { Zone } from "../../../features/time/zone";

const utc = (text: string): number => Date.parse(`${text}:00Z`);
const hours = (zone: Zone, text: string): number => zone.offsetMs(utc(text)) / 3_600_000;
const text = (ms: number | undefined): string | undefined =>
    ms === undefined ? undefined : new Date(ms).toISOString().slice(0, 16);

/** What a wall clock shows, by the platform's slow way. */
function wallClock(zone: string, ms: number): string {
    const format = new Intl.DateTimeFormat("sv-SE", {
        timeZone: zone,
        dateStyle: "short",
        timeStyle: "medium",
    });
    return format.format(ms).replace(" ", "T");
}

describe("time zones", () => {
    it("change to the minute", () => {
        const newYork = new Zone("America/New_York");
        expect(hours(newYork, "2017-03-12T06:59")).to.equal(-5);
        expect(hours(newYork, "2017-03-12T07:00")).to.equal(-4);
        expect(hours(newYork, "2017-11-05T05:59")).to.equal(-4);
        expect(hours(newYork, "2017-11-05T06:00")).to.equal(-5);
        expect(hours(new Zone("Etc/GMT+5"), "2017-07-01T00:00")).to.equal(-5);
        expect(hours(new Zone("Asia/Tokyo"), "2017-07-01T00:00")).to.equal(9);
    });

    for (const name of [
        "America/New_York",
        "Europe/London",
        "Europe/Berlin",
        "Australia/Sydney",
        "Asia/Tokyo",
    ]) {
        it(`show what the platform shows in ${name}, at any time`, () => {
            const zone = new Zone(name);
            const minutes = fc.integer({
                min: utc("1999-01-01T00:00") / MINUTE_MS,
                max: utc("2035-12-31T00:00") / MINUTE_MS,
            });
            fc.assert(
                fc.property(minutes, (minute) => {
                    const ms = minute * MINUTE_MS;
                    const wallMs = ms + zone.offsetMs(ms);
                    expect(new Date(wallMs).toISOString().slice(0, 19)).to.equal(wallClock(name, ms));
                    const back = zone.toUtc(wallMs);
                    expect(back === ms || back === ms - DAY_MS / 24).to.equal(true); // The hour that comes twice.
                }),
                { seed: 4 },
            );
        });
    }

    it("turn a wall clock's time into UTC, the first of two, none where it was skipped", () => {
        const newYork = new Zone("America/New_York");
        expect(text(newYork.toUtc(utc("2017-07-02T17:00")))).to.equal("2017-07-02T21:00");
        expect(text(newYork.toUtc(utc("2017-11-05T01:30")))).to.equal("2017-11-05T05:30");
        expect(newYork.toUtc(utc("2017-03-12T02:30"))).to.equal(undefined);
    });

    it("are refused where there is none of that name", () => {
        expect(() => new Zone("Europe/Atlantis")).to.throw(RangeError);
    });
});

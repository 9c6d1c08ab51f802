import { expect } from "chai";
import { readFileSync } from "node:fs";
import { daysToHoliday } from "../../data/holidays";
import { DAY_MS } from "../../features/time/instant";
import type { HolidayCountry } from "../../features/market";
import { HOLIDAY_DATES, holidayDates } from "../../tools/holidays";

/** From the countries' own calendars. */
const KNOWN: readonly (readonly [HolidayCountry, string])[] = [
    ["us", "2017-07-04"],
    ["us", "2017-09-04"],
    ["us", "2017-11-23"],
    ["uk", "2017-04-14"],
    ["uk", "2017-08-28"],
    ["uk", "2022-09-19"],
    ["uk", "2023-05-08"],
    ["jp", "2017-07-17"],
    ["jp", "2017-09-18"],
    ["jp", "2019-05-01"],
    ["jp", "2021-07-22"],
];

describe("holidays", () => {
    it('has a table that is up to date; else run "tsx tools/holidays.ts"', () =>
        expect(readFileSync(HOLIDAY_DATES, "utf8")).to.equal(holidayDates()));

    for (const [country, date] of KNOWN) {
        it(`knows ${date} in ${country}`, () => {
            expect(daysToHoliday(country, Date.parse(`${date}T00:00Z`))).to.equal(0);
            expect(daysToHoliday(country, Date.parse(`${date}T23:59Z`))).to.equal(0);
        });
    }

    it("counts down by whole days", () => {
        const eve = Date.parse("2017-07-03T12:00Z");
        expect([0, 1, 2, 3].map((before) => daysToHoliday("us", eve - before * DAY_MS))).to.deep.equal([
            1, 2, 3, 4,
        ]);
        expect(daysToHoliday("us", Date.parse("2017-07-05T00:00Z"))).to.equal(61);
    });

    it("refuses years that it does not know", () => {
        for (const time of ["1999-12-31T00:00Z", "2036-06-01T00:00Z", "no time"]) {
            expect(() => daysToHoliday("uk", Date.parse(time))).to.throw(
                RangeError,
                "Add years in tools/holidays.ts",
            );
        }
        expect(daysToHoliday("uk", Date.parse("2000-01-01T00:00Z"))).to.be.at.least(0);
        expect(daysToHoliday("uk", Date.parse("2035-12-24T00:00Z"))).to.equal(1);
    });
});

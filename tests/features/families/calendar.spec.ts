import { expect } from "chai";
import { columnsOf, valuesOf } from "../values";
import { simulatedMarket, tradingMinutes } from "../market";

/** The calendar columns at a moment. */
function calendarAt(text: string): Record<string, number> {
    const market = { ...simulatedMarket(1), timestamps: tradingMinutes(1, Date.parse(text)) };
    const values = valuesOf(market, { columns: columnsOf("time and calendar") });
    return Object.fromEntries(Array.from(values, ([name, [value]]) => [name, value!]));
}

describe("time and calendar", () => {
    it("opens London at 07:00 UTC in summer and 08:00 in winter", () => {
        expect(calendarAt("2017-07-05T06:59Z")).to.include({ session_london: 0 });
        expect(calendarAt("2017-07-05T07:00Z")).to.include({
            session_london: 1,
            minutes_since_session_open: 0,
        });
        expect(calendarAt("2017-01-04T07:59Z")).to.include({ session_london: 0 });
        expect(calendarAt("2017-01-04T08:00Z")).to.include({
            session_london: 1,
            minutes_to_session_close: 540,
        });
    });

    it("counts from the session that opened last where several are open", () => {
        const row = calendarAt("2017-07-05T13:30Z");
        expect(row).to.include({
            session_london: 1,
            session_new_york: 1,
            session_london_new_york_overlap: 1,
        });
        expect(row).to.include({ session_tokyo: 0, session_sydney: 0 });
        expect(row).to.include({ minutes_since_session_open: 90, minutes_to_session_close: 450 });
    });

    it("has no minutes to count when no session is open", () => {
        const row = calendarAt("2017-07-05T21:30Z");
        expect(row).to.include({
            session_sydney: 0,
            session_tokyo: 0,
            session_london: 0,
            session_new_york: 0,
        });
        expect(row).to.include({ minutes_since_session_open: 0, minutes_to_session_close: 0 });
    });

    it("knows the edges of the week and of the month", () => {
        expect(calendarAt("2017-07-02T21:00Z")).to.include({ first_2h_of_week: 1, week_progress: 0 });
        expect(calendarAt("2017-07-02T23:00Z")).to.include({ first_2h_of_week: 0 });
        expect(calendarAt("2017-07-07T16:59Z")).to.include({ last_4h_of_week: 0 });
        expect(calendarAt("2017-07-07T17:00Z")).to.include({ last_4h_of_week: 1 });
        expect(calendarAt("2017-08-28T12:00Z")).to.include({ near_month_end: 0 });
        expect(calendarAt("2017-08-29T12:00Z")).to.include({ near_month_end: 1 });
    });

    it("goes round in circles of the UTC clock", () => {
        const row = calendarAt("2017-07-05T06:00Z");
        expect(row["sin_minute_of_day"]).to.be.closeTo(1, 1e-6);
        expect(row["cos_minute_of_day"]).to.be.closeTo(0, 1e-6);
        expect(row["sin_day_of_week"]).to.be.closeTo(Math.sin((2 * Math.PI * 3) / 7), 1e-6);
    });
});

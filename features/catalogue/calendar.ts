import { REGIME_WINDOW } from "./bases";
import { catalogueFamily, column } from "./column";

/** Minutes of two-minute estimates whose mean is the Corwin-Schultz spread: single ones are mostly noise. */
export const SPREAD_ESTIMATES = 30;
export const SPREAD_Z_WINDOW = 60;

export const SESSIONS = ["sydney", "tokyo", "london", "new_york"] as const;
export const HOLIDAY_COUNTRIES = ["us", "uk", "jp"] as const;

export const timeAndCalendar = catalogueFamily({
    name: "time and calendar",
    table: "time_features",
    domain: "rate_idx",
    laggable: false,
    about:
        "Sessions in local time with daylight saving, the session that opened last, the trading week, circles of the UTC " +
        "clock, the edges of week and month, and days to the next holiday. With no session open the minutes are 0.",
    columns: [
        ...SESSIONS.map((session) => column(`session_${session}`, "flag", 0)),
        column("session_london_new_york_overlap", "flag", 0),
        column("minutes_since_session_open", "minutes", 0),
        column("minutes_to_session_close", "minutes", 0),
        column("week_progress", "share", 0),
        ...["minute_of_day", "day_of_week", "minute_of_week"].flatMap((period) => [
            column(`sin_${period}`, "ratio", 0),
            column(`cos_${period}`, "ratio", 0),
        ]),
        column("near_month_end", "flag", 0),
        column("first_2h_of_week", "flag", 0),
        column("last_4h_of_week", "flag", 0),
        ...HOLIDAY_COUNTRIES.map((country) => column(`days_to_holiday_${country}`, "days", 0)),
    ],
});

export const microstructure = catalogueFamily({
    name: "microstructure",
    table: "spread_features",
    domain: "rate_idx",
    laggable: false,
    about:
        "Mean spread of the last 30 minutes: as quoted, or the Corwin-Schultz estimate from highs and lows; its z, and " +
        "its regime (tercile of the last 1,440 minutes). The manifest says which spread it is.",
    columns: [
        column("spread_bp", "bp", SPREAD_ESTIMATES),
        column(`spread_z_${SPREAD_Z_WINDOW}`, "sd", SPREAD_ESTIMATES + SPREAD_Z_WINDOW - 1),
        column("spread_regime", "class", SPREAD_ESTIMATES + REGIME_WINDOW - 1),
    ],
});

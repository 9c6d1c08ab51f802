import { MINUTE_MS } from "../../../features/time/instant";
import { Zone } from "../../../features/time/zone";
import { parseCron } from "./cron";

/** When a schedule is due. All times are milliseconds UTC. */
export interface Expression {
    /** The first time after another; undefined where there is none. */
    next(afterMs: number): number | undefined;
}

const UNITS_MS: Readonly<Record<string, number>> = {
    minute: MINUTE_MS,
    hour: 60 * MINUTE_MS,
    day: 24 * 60 * MINUTE_MS,
};

/** What an expression goes by, beside its text. */
export interface ExpressionOptions {
    /** IANA name. */
    readonly timezone: string;
    /** Recurring schedules are due from here on, and rates are counted from here. */
    readonly startMs?: number | undefined;
    /** Recurring schedules are not due any more from here on. */
    readonly endMs?: number | undefined;
}

/**
 * Reads `rate(5 minutes)`, `cron(0/15 * * * ? *)` or `at(2026-11-22T16:00:00)` as EventBridge Scheduler does. Where a time zone's
 * clock is put forward, times that it leaves out are skipped; where it is put back, times that come twice are due the
 * first time only.
 *
 * A rate without a start is counted from 1970, not from when it was deployed: so it stays the same when the host is
 * started anew and when a replay begins again.
 * @throws RangeError listing every problem
 */
export function parseExpression(text: string, options: ExpressionOptions): Expression {
    const [, kind = "", body = ""] = /^(rate|cron|at)\((.+)\)$/.exec(text) ?? [];
    try {
        if (kind === "at") return once(body, options.timezone);
        if (kind === "cron") return within(calendar(body, options.timezone), options);
        if (kind === "rate") return within(rate(body, options.startMs ?? 0), options);
    } catch (error) {
        if (error instanceof RangeError)
            throw new RangeError(`${kind}(): ${error.message}`, { cause: error });
        throw error;
    }
    throw new RangeError(`got ${text}, allowed: rate(...), cron(...) or at(...)`);
}

function rate(body: string, startMs: number): Expression {
    const [, value, unit = ""] = /^([1-9]\d{0,8}) (minute|hour|day)s?$/.exec(body) ?? [];
    const unitMs = UNITS_MS[unit];
    if (unitMs === undefined)
        throw new RangeError(`got ${body}, allowed: a number from 1 on and minutes, hours or days`);
    const everyMs = Number(value) * unitMs;
    return {
        next: (afterMs) =>
            afterMs < startMs ? startMs : startMs + (Math.floor((afterMs - startMs) / everyMs) + 1) * everyMs,
    };
}

function calendar(body: string, timezone: string): Expression {
    const nextWallMs = parseCron(body);
    const zone = zoneOf(timezone);
    return {
        next(afterMs) {
            let wallMs = nextWallMs(afterMs + zone.offsetMs(afterMs));
            while (wallMs !== undefined) {
                const ms = zone.toUtc(wallMs);
                if (ms !== undefined && ms > afterMs) return ms;
                wallMs = nextWallMs(wallMs);
            }
            return undefined;
        },
    };
}

function once(body: string, timezone: string): Expression {
    const wallMs = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(body) ? Date.parse(`${body}Z`) : NaN;
    if (Number.isNaN(wallMs))
        throw new RangeError(`got ${body}, allowed: a time such as 2026-11-22T16:00:00`);
    const ms = zoneOf(timezone).toUtc(wallMs);
    return { next: (afterMs) => (ms !== undefined && ms > afterMs ? ms : undefined) };
}

function within(
    expression: Expression,
    { startMs = -Infinity, endMs = Infinity }: ExpressionOptions,
): Expression {
    return {
        next(afterMs) {
            const ms = expression.next(Math.max(afterMs, startMs - 1));
            return ms !== undefined && ms < endMs ? ms : undefined;
        },
    };
}

function zoneOf(timezone: string): Zone {
    try {
        return new Zone(timezone);
    } catch (error) {
        throw new RangeError(`timezone: got ${timezone}, allowed: a name such as America/New_York`, {
            cause: error,
        });
    }
}

import type { Pair } from "../config/pairs";
import { Column, type Bars } from "./bars";
import { isTradingMinute } from "./calendar";
import type { FileProblems } from "./report";
import { eachLine, TextError } from "./text";
import { describeInstant, WEEK_MS } from "./time";

/** Time, open, high, low, close and volume; a header may name the spread too. */
const FIELDS = 6;
const NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;

/**
 * Bars of closed hours in one weekend that pass as stray ticks and are dropped. More than these mean that the file's time
 * zone is not the one it is read in: a clock one hour off puts 60 bars of every week there.
 */
const STRAY_BARS = 30;

/** How the rows of one kind of file are written. */
export interface RowFormat {
    readonly delimiter: string;
    /** First lines that are right, one for each set of fields; absent where files have none. */
    readonly headers?: readonly string[];
    /** How a time is written, for people. */
    readonly timeForm: string;
    /** The instant (ms UTC) that a field means; undefined where it means none. */
    timestampOf(field: string): number | undefined;
}

/** A stretch of time, ms UTC, without its end. */
export interface TimeRange {
    readonly fromMs: number;
    readonly toMs: number;
}

export const ALL_TIME: TimeRange = { fromMs: -Infinity, toMs: Infinity };

/**
 * Reads the bars of one pair. Every row is checked, those outside the range too; bars of closed hours are dropped and
 * counted. What is wrong goes into `problems`; the bars are of use only where that stays empty.
 */
export async function readBars(
    chunks: AsyncIterable<Uint8Array>,
    pair: Pair,
    format: RowFormat,
    problems: FileProblems,
    range: TimeRange = ALL_TIME,
): Promise<Bars> {
    const reader = new RowReader(format, problems, range);
    try {
        await eachLine(chunks, (line, number) => reader.take(line, number));
    } catch (error) {
        if (!(error instanceof TextError) && !isZlibError(error)) throw error;
        const [got, allowed] =
            error instanceof TextError
                ? [error.got, error.allowed]
                : [`"${error.message}" after line ${reader.lines}`, "a whole file"];
        problems.add("cannot be read to its end", got, allowed);
    }
    return reader.end(pair);
}

class RowReader {
    /** Lines taken so far. */
    lines = 0;
    readonly #format: RowFormat;
    readonly #problems: FileProblems;
    readonly #range: TimeRange;
    readonly #timestamps = new Column();
    readonly #columns = Array.from({ length: 5 }, () => new Column());
    readonly #spread = new Column();
    #fields = FIELDS;
    #rows = 0;
    #lastMs = -Infinity;
    #closedHours = 0;
    #closedHoursOfWeek = { week: NaN, bars: 0 };

    constructor(format: RowFormat, problems: FileProblems, range: TimeRange) {
        this.#format = format;
        this.#problems = problems;
        this.#range = range;
    }

    /** Checks one line and keeps what it holds. @returns whether the lines after it are worth reading */
    take(line: string, number: number): boolean {
        this.lines = number;
        const { headers, delimiter, timeForm } = this.#format;
        if (number === 1 && headers !== undefined) {
            this.#fields = line.split(delimiter).length;
            if (headers.includes(line)) return true;
            this.#problems.add("wrong header", JSON.stringify(line), headers.join(" or "), number);
            return false;
        }
        const fields = line.split(delimiter);
        if (fields.length !== this.#fields) {
            const allowed = `${this.#fields} fields with "${delimiter}" between them`;
            this.#problems.add("not a row", JSON.stringify(line), allowed, number);
            return true;
        }
        const [time = "", ...rest] = fields;
        const ms = this.#format.timestampOf(time);
        if (ms === undefined) this.#problems.add("time not usable", JSON.stringify(time), timeForm, number);
        else if (this.#inOrder(ms, time, number)) this.#takeValues(ms, rest, number);
        this.#rows++;
        return true;
    }

    /** The bars, without those outside the range. */
    end(pair: Pair): Bars {
        const isEmpty = this.#rows === 0 && this.#problems.found.length === 0;
        if (isEmpty) this.#problems.add("no rows", "none", "at least one");
        const [open, high, low, close, volume] = this.#columns.map((column) => column.values());
        if (!open || !high || !low || !close || !volume) throw new Error("A column is missing");
        const timestamps = this.#timestamps.values();
        const spread = this.#spread.values();
        return {
            ...{ pair, source: this.#problems.file, timestamps, open, high, low, close, volume },
            spread: spread.length === timestamps.length ? spread : undefined,
            closedHoursDropped: this.#closedHours,
        };
    }

    #inOrder(ms: number, time: string, line: number): boolean {
        const last = this.#lastMs;
        if (ms > last) {
            this.#lastMs = ms;
            return true;
        }
        const after = `a time after ${describeInstant(last)}`;
        this.#problems.add(ms === last ? "minute occurs twice" : "not in order of time", time, after, line);
        return false;
    }

    #takeValues(ms: number, fields: readonly string[], line: number): void {
        const values = fields.map(numberOf);
        const [open = NaN, high = NaN, low = NaN, close = NaN, ...amounts] = values;
        const badPrice = values.findIndex((value, i) => i < 4 && !(value > 0));
        const badAmount = values.findIndex((value, i) => i >= 4 && !(value >= 0));
        const text = (i: number) => JSON.stringify(fields[i]);
        if (badPrice >= 0) this.#problems.add("price not usable", text(badPrice), "a number above 0", line);
        if (badAmount >= 0) this.#problems.add("amount not usable", text(badAmount), "0 or more", line);
        if (badPrice >= 0 || badAmount >= 0) return;
        if (high < low) {
            this.#problems.add("high below low", `high ${high}, low ${low}`, "high >= low", line);
        } else if (Math.max(open, close) > high || Math.min(open, close) < low) {
            const got = `open ${open}, high ${high}, low ${low}, close ${close}`;
            this.#problems.add("open or close outside the bar", got, "between low and high", line);
        } else if (this.#isOpen(ms, line) && ms >= this.#range.fromMs && ms < this.#range.toMs) {
            this.#timestamps.push(ms);
            this.#columns.forEach((column, i) => column.push(values[i] ?? NaN));
            if (amounts.length > 1) this.#spread.push(amounts[1] ?? NaN);
        }
    }

    #isOpen(ms: number, line: number): boolean {
        if (isTradingMinute(ms)) return true;
        this.#closedHours++;
        const week = Math.floor(ms / WEEK_MS); // 1970 began on a Thursday: no weekend is cut.
        if (week !== this.#closedHoursOfWeek.week) this.#closedHoursOfWeek = { week, bars: 0 };
        if (++this.#closedHoursOfWeek.bars > STRAY_BARS) {
            const allowed = `at most ${STRAY_BARS} bars of a weekend; is the time zone right?`;
            this.#problems.add("bars while the market is closed", describeInstant(ms), allowed, line);
        }
        return false;
    }
}

/** NaN for all that is not a plain decimal number: `Number` would take "", " " and "0x1". */
function numberOf(field: string): number {
    return NUMBER.test(field) ? Number(field) : NaN;
}

/** What zlib throws for data that is cut short or damaged. */
function isZlibError(error: unknown): error is Error {
    return error instanceof Error && "code" in error && String(error.code).startsWith("Z_");
}

import type { Pair } from "../config/pairs";
import { Column, type Bars } from "./bars";
import { isTradingMinute } from "../features/time/calendar";
import type { FileProblems } from "./report";
import { eachLine, TextError } from "./text";
import { describeInstant, WEEK_MS } from "../features/time/instant";

/** Time, open, high, low, close and volume; a header may name the spread too. */
const FIELDS = 6;
/** Fields after the time that are prices; those after them are amounts. */
const PRICES = 4;
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
    /** Open, high, low, close, volume and, where the header names it, spread. */
    readonly #columns = Array.from({ length: FIELDS }, () => new Column());
    /** The same of one row. */
    readonly #values = new Float64Array(FIELDS);
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
        const [time = ""] = fields;
        const ms = this.#format.timestampOf(time);
        if (ms === undefined) this.#problems.add("time not usable", JSON.stringify(time), timeForm, number);
        else if (this.#inOrder(ms, time, number)) this.#takeValues(ms, fields, number);
        this.#rows++;
        return true;
    }

    /** The bars, without those outside the range. */
    end(pair: Pair): Bars {
        const isEmpty = this.#rows === 0 && this.#problems.found.length === 0;
        if (isEmpty) this.#problems.add("no rows", "none", "at least one");
        const [open, high, low, close, volume, spread] = this.#columns.map((column) => column.values());
        if (!open || !high || !low || !close || !volume) throw new Error("A column is missing");
        const timestamps = this.#timestamps.values();
        return {
            ...{ pair, source: this.#problems.file, timestamps, open, high, low, close, volume },
            spread: this.#fields > FIELDS ? spread : undefined,
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

    /** `fields` are a row's, the time among them. */
    #takeValues(ms: number, fields: readonly string[], line: number): void {
        let isUsable = true;
        for (let i = 1; i < fields.length; i++) {
            const value = numberOf(fields[i] ?? "");
            this.#values[i - 1] = value;
            if (i <= PRICES ? value > 0 : value >= 0) continue;
            isUsable = false;
            const [what, allowed] = i <= PRICES ? ["price", "a number above 0"] : ["amount", "0 or more"];
            this.#problems.add(`${what} not usable`, JSON.stringify(fields[i]), allowed, line);
        }
        if (!isUsable || !this.#holdsTogether(line) || !this.#isOpen(ms, line)) return;
        if (ms < this.#range.fromMs || ms >= this.#range.toMs) return;
        this.#timestamps.push(ms);
        for (let i = 1; i < fields.length; i++) this.#columns[i - 1]?.push(this.#values[i - 1] ?? NaN);
    }

    #holdsTogether(line: number): boolean {
        const [open = NaN, high = NaN, low = NaN, close = NaN] = this.#values;
        if (high < low) {
            this.#problems.add("high below low", `high ${high}, low ${low}`, "high >= low", line);
            return false;
        }
        if (Math.max(open, close) <= high && Math.min(open, close) >= low) return true;
        const got = `open ${open}, high ${high}, low ${low}, close ${close}`;
        this.#problems.add("open or close outside the bar", got, "between low and high", line);
        return false;
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

/** NaN for all that is not a finite decimal number: `Number` would take "", "0x1" and, as Infinity, "1e999". */
function numberOf(field: string): number {
    const value = NUMBER.test(field) ? Number(field) : NaN;
    return Number.isFinite(value) ? value : NaN;
}

/** What zlib throws for data that is cut short or damaged. */
function isZlibError(error: unknown): error is Error {
    return error instanceof Error && "code" in error && String(error.code).startsWith("Z_");
}

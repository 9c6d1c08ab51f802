import { describe, Problems, Refusal } from "./refusal";

/** Name under which a table's header has the time of each row. */
const TIME_COLUMN = "featureTime";

/** Rows that a model is asked about. */
export interface Batch {
    readonly rows: number;
    /** Row after row, each in the model's order of columns; NaN where a value is missing. */
    readonly values: Float32Array;
    /** Of each row, ms UTC; undefined where the request says none. */
    readonly featureTimesMs: Float64Array | undefined;
}

/** What a model takes of a request. */
export interface BatchLimits {
    /** Names of its inputs, in its order. */
    readonly columns: readonly string[];
    readonly maxRows: number;
}

/**
 * Rows of a JSON document: {"rows": [[1.5, null, ...], ...], "columns": [...], "featureTimes": ["2017-10-02T08:15Z", ...]}.
 * Without `columns` the values are in the model's order. `null` is a missing value, which the model replaces by its mean;
 * a row of nothing else is refused. `featureTimes` may be left out.
 * @throws Refusal 400 listing what is wrong; 413 for too many rows
 */
export function parseJson(text: string, limits: BatchLimits): Batch {
    const problems = new Problems();
    const { rows, columns, featureTimes } = readDocument(text, problems);
    const places = columns === undefined ? undefined : placesOf(columns, limits.columns, problems);
    refuseIfAny(problems);
    refuseIfTooMany(rows.length, limits);
    const batch = new BatchBuilder(limits.columns, places, rows.length, problems);
    rows.forEach((row, i) => {
        if (Array.isArray(row)) batch.setRow(i, row);
        else problems.add(`rows[${i}]: got ${describe(row)}, allowed: an array`);
    });
    if (featureTimes !== undefined) {
        if (featureTimes.length !== rows.length)
            problems.add(
                `featureTimes: got ${featureTimes.length} values, allowed: ${rows.length}, one a row`,
            );
        featureTimes.forEach((time, i) => batch.setTime(i, time));
    }
    return batch.finish();
}

/**
 * Rows of CSV: a line each, without quotes. With the parameter `header=present` of its content type the first line names
 * the columns, of which `featureTime` may be one; else they are in the model's order. An empty field is a missing value.
 * @throws Refusal 400 listing what is wrong; 413 for too many rows
 */
export function parseCsv(text: string, hasHeader: boolean, limits: BatchLimits): Batch {
    const problems = new Problems();
    const lines = text.replace(/\r?\n$/, "").split(/\r?\n/);
    const header = hasHeader ? lines.shift()?.split(",") : undefined;
    const timePlace = header?.indexOf(TIME_COLUMN) ?? -1;
    if (timePlace >= 0) header?.splice(timePlace, 1);
    const places = header === undefined ? undefined : placesOf(header, limits.columns, problems);
    if (lines.length === 0 || text === "") problems.add("rows: got none, allowed: one or more");
    refuseIfAny(problems);
    refuseIfTooMany(lines.length, limits);
    const batch = new BatchBuilder(limits.columns, places, lines.length, problems);
    lines.forEach((line, i) => {
        const fields = line.split(",");
        if (timePlace >= 0) batch.setTime(i, fields.splice(timePlace, 1)[0]);
        batch.setRow(i, fields.map(csvValue));
    });
    return batch.finish();
}

/** Puts values where they belong, and notes those that cannot be used. */
class BatchBuilder {
    readonly #values: Float32Array;
    #timesMs: Float64Array | undefined;

    constructor(
        private readonly columns: readonly string[],
        /** Place in the model's order of each value of a row; undefined where the rows have that order. */
        private readonly places: readonly number[] | undefined,
        private readonly rows: number,
        private readonly problems: Problems,
    ) {
        this.#values = new Float32Array(rows * columns.length);
    }

    setRow(row: number, values: readonly unknown[]): void {
        const count = this.columns.length;
        if (values.length !== count) {
            this.problems.add(`rows[${row}]: got ${values.length} values, allowed: ${count}`);
            return;
        }
        let missing = 0;
        for (let i = 0; i < count; i++) {
            const value = values[i];
            const place = this.places?.[i] ?? i;
            if (value === null) missing++;
            // What float32 cannot hold would be infinite to the model.
            else if (typeof value !== "number" || !Number.isFinite(Math.fround(value)))
                this.problems.add(
                    `rows[${row}][${i}] (${this.columns[place] ?? ""}): got ${describe(value)}, ` +
                        "allowed: a finite number of float32's range, or nothing where it is missing",
                );
            this.#values[row * count + place] = typeof value === "number" ? value : NaN;
        }
        if (missing === count) this.problems.add(`rows[${row}]: got no value, allowed: one or more`);
    }

    setTime(row: number, text: unknown): void {
        const ms = typeof text === "string" && text.endsWith("Z") ? Date.parse(text) : NaN;
        if (Number.isNaN(ms))
            this.problems.add(
                `featureTimes[${row}]: got ${describe(text)}, allowed: an instant such as 2017-10-02T08:15Z`,
            );
        this.#timesMs ??= new Float64Array(this.rows);
        this.#timesMs[row] = ms;
    }

    finish(): Batch {
        refuseIfAny(this.problems);
        return { rows: this.rows, values: this.#values, featureTimesMs: this.#timesMs };
    }
}

interface Document {
    readonly rows: readonly unknown[];
    readonly columns?: readonly unknown[] | undefined;
    readonly featureTimes?: readonly unknown[] | undefined;
}

function readDocument(text: string, problems: Problems): Document {
    let document: unknown;
    try {
        document = JSON.parse(text);
    } catch (error) {
        problems.add(error instanceof Error ? error.message : String(error));
        return { rows: [] };
    }
    if (typeof document !== "object" || document === null || Array.isArray(document)) {
        problems.add(`got ${describe(document)}, allowed: an object with rows`);
        return { rows: [] };
    }
    const { rows, columns, featureTimes, ...others } = document as Record<string, unknown>;
    for (const name of Object.keys(others))
        problems.add(`${describe(name)}: unknown, allowed: rows, columns, featureTimes`);
    const list = (name: string, value: unknown): readonly unknown[] | undefined => {
        if (value === undefined || (Array.isArray(value) && value.length > 0)) return value;
        problems.add(`${name}: got ${describe(value)}, allowed: an array of one or more`);
        return undefined;
    };
    if (rows === undefined) problems.add("rows: got nothing, allowed: an array of one or more");
    return {
        rows: list("rows", rows) ?? [],
        columns: list("columns", columns),
        featureTimes: list("featureTimes", featureTimes),
    };
}

/** Where each named column is in the model's order: all of them must be named, once, and no others. */
function placesOf(names: readonly unknown[], columns: readonly string[], problems: Problems): number[] {
    const left = new Map(columns.map((name, place) => [name, place]));
    const places = names.map((name) => {
        const place = typeof name === "string" ? left.get(name) : undefined;
        if (place === undefined)
            problems.add(`columns: ${describe(name)}: unknown to the model, or named twice`);
        else left.delete(String(name));
        return place ?? -1;
    });
    for (const name of left.keys()) problems.add(`columns: ${name}: missing`);
    return places;
}

/** @returns null for nothing; what is no number as it is */
function csvValue(field: string): number | string | null {
    if (field === "") return null;
    return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(field) ? Number(field) : field;
}

function refuseIfAny(problems: Problems): void {
    if (problems.count > 0) throw new Refusal(400, "The rows cannot be used", problems.list());
}

function refuseIfTooMany(rows: number, { maxRows }: BatchLimits): void {
    if (rows > maxRows) throw new Refusal(413, `Too many rows: got ${rows}, allowed: ${maxRows}`);
}

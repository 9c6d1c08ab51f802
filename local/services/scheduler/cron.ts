import { Cron } from "croner";

interface Field {
    readonly name: string;
    readonly min: number;
    readonly max: number;
    /** Names of the values from `min` on. */
    readonly names?: readonly string[];
    /** What else AWS allows as the field's only item, and how croner spells it. */
    readonly special?: (item: string, number: (text: string) => number | undefined) => string | undefined;
    readonly specials?: string;
}

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const FIELDS: readonly Field[] = [
    { name: "minutes", min: 0, max: 59 },
    { name: "hours", min: 0, max: 23 },
    { name: "day-of-month", min: 1, max: 31, special: specialDayOfMonth, specials: "L or a day and W" },
    { name: "month", min: 1, max: 12, names: MONTHS },
    { name: "day-of-week", min: 1, max: 7, names: DAYS, special: specialDayOfWeek, specials: "L, 6L or 6#3" },
    { name: "year", min: 1970, max: 2199 },
];

/**
 * The calendar of an EventBridge cron expression, `minutes hours day-of-month month day-of-week year`: when, after a time, its
 * next time is. Times are those of a wall clock in milliseconds, as if it were in UTC: time zones are the caller's matter,
 * because croner treats the nights of a clock change otherwise than AWS.
 * @throws RangeError listing every problem
 */
export function parseCron(text: string): (afterMs: number) => number | undefined {
    const cron = new Cron(translateCron(text), {
        mode: "7-part",
        timezone: "UTC",
        alternativeWeekdays: true,
        paused: true,
    });
    return (afterMs) => cron.nextRun(new Date(afterMs))?.getTime();
}

/**
 * An EventBridge cron expression in croner's syntax, which has seconds first and counts days of the week as AWS does.
 * @throws RangeError listing every problem
 */
export function translateCron(text: string): string {
    const fields = text.trim().split(/\s+/);
    if (fields.length !== FIELDS.length) {
        const names = FIELDS.map(({ name }) => name).join(" ");
        throw new RangeError(`got ${fields.length} fields, allowed: ${FIELDS.length} (${names})`);
    }
    const problems: string[] = [];
    const [dayOfMonth, dayOfWeek] = [fields[2], fields[4]];
    if ((dayOfMonth === "?") === (dayOfWeek === "?"))
        problems.push(
            `day-of-month and day-of-week: got ${dayOfMonth} and ${dayOfWeek}, allowed: ? in one of them`,
        );
    const translated = FIELDS.map((field, i) => translateField(field, fields[i] ?? "", problems));
    if (problems.length > 0) throw new RangeError(problems.join("; "));
    return ["0", ...translated].join(" ");
}

function translateField(field: Field, text: string, problems: string[]): string {
    if (text === "?" && field.special !== undefined) return "*";
    const special = field.special?.(text.toUpperCase(), (item) => valueOf(field, item));
    if (special !== undefined) return special;
    return text
        .split(",")
        .map((item) => {
            const translated = translateItem(field, item.toUpperCase());
            if (translated === undefined)
                problems.push(`${field.name}: got ${item}, allowed: ${allowed(field)}`);
            return translated;
        })
        .join(",");
}

/** One item of a list: `*`, `5`, `5-10`, and each of them with `/2`, which AWS counts from the item's first value on. */
function translateItem(field: Field, item: string): string | undefined {
    const [range = "", step, ...rest] = item.split("/");
    if (rest.length > 0) return undefined;
    if (step !== undefined && !(/^\d{1,4}$/.test(step) && Number(step) >= 1 && Number(step) <= field.max))
        return undefined;
    const suffix = step === undefined ? "" : `/${step}`;
    if (range === "*") return `*${suffix}`;
    const [first, last] = range.split("-", 2).map((text) => valueOf(field, text));
    if (first === undefined || range.split("-").length > 2) return undefined;
    if (!range.includes("-")) return step === undefined ? String(first) : `${first}-${field.max}${suffix}`;
    return last === undefined || last < first ? undefined : `${first}-${last}${suffix}`;
}

/** `L`: the last day. `15W`: the working day nearest to the 15th, within its month. */
function specialDayOfMonth(item: string, number: (text: string) => number | undefined): string | undefined {
    if (item === "L") return item;
    const day = /^(\d{1,2})W$/.exec(item)?.[1];
    return day === undefined || number(day) === undefined ? undefined : `${Number(day)}W`;
}

/** `L`: Saturday, the week's last day. `6L`, `FRIL`: the month's last Friday. `6#3`, `FRI#3`: its third. */
function specialDayOfWeek(item: string, number: (text: string) => number | undefined): string | undefined {
    if (item === "L") return "7";
    const [, name = "", nth] = /^(\w+?)(L|#[1-5])$/.exec(item) ?? [];
    const day = number(name);
    if (day === undefined) return undefined;
    return nth === "L" ? `${day}#L` : `${day}${nth}`;
}

function valueOf({ min, max, names }: Field, text: string): number | undefined {
    const index = names?.indexOf(text) ?? -1;
    const value = index >= 0 ? min + index : /^\d{1,4}$/.test(text) ? Number(text) : NaN;
    return value >= min && value <= max ? value : undefined;
}

function allowed({ min, max, names, specials }: Field): string {
    const values = names === undefined ? "" : ` or ${names[0]} to ${names.at(-1)}`;
    const alone = specials === undefined ? "" : `; alone ?, ${specials}`;
    return `${min} to ${max}${values}, *, rising ranges a-b, steps a/b, lists of these${alone}`;
}

import { make } from "./dom.js";

const plain = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 });
const dollars = new Intl.NumberFormat("en-US", {
    style: "currency",
    currency: "USD",
    maximumFractionDigits: 0,
});
const timeOfDay = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const dayAndTime = new Intl.DateTimeFormat("en-GB", {
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
});

const BYTE_UNITS = ["B", "kB", "MB", "GB", "TB"];
const UNIT_SIGNS = { "": "", milliseconds: " ms", percent: " %" };

/** `{ value: 1536, unit: "bytes" }` to `1.5 kB`. Units that are not known are written out. */
export function figureText({ value, unit }) {
    if (unit === "bytes") return bytesText(value);
    return `${plain.format(value)}${UNIT_SIGNS[unit] ?? ` ${unit}`}`;
}

function bytesText(bytes) {
    let power = 0;
    let rest = bytes;
    while (rest >= 1000 && power < BYTE_UNITS.length - 1) {
        rest /= 1000;
        power++;
    }
    return `${plain.format(rest)} ${BYTE_UNITS[power]}`;
}

export const usd = (amount) => dollars.format(amount);

export const numberText = (value) => plain.format(value);

/** `plural(2, "resource")` to `2 resources`. */
export function plural(count, noun) {
    return `${plain.format(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** The two largest parts of a duration: `3 h 12 min`. */
export function durationText(seconds) {
    const whole = Math.max(0, Math.floor(seconds));
    const days = Math.floor(whole / 86_400);
    const hours = Math.floor(whole / 3_600) % 24;
    const minutes = Math.floor(whole / 60) % 60;
    if (days > 0) return `${days} d ${hours} h`;
    if (hours > 0) return `${hours} h ${minutes} min`;
    if (minutes > 0) return `${minutes} min ${whole % 60} s`;
    return `${whole} s`;
}

export const clockText = (date) => timeOfDay.format(date);

/** A moment as a `<time>` in local time: the time of day alone where it is today. */
export function timeElement(iso) {
    const date = new Date(iso);
    const today = date.toDateString() === new Date().toDateString();
    return make("time", { datetime: iso }, (today ? timeOfDay : dayAndTime).format(date));
}

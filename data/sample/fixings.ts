import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Zone } from "../../features/time/zone";

export const CURRENCIES = ["aud", "cad", "chf", "eur", "gbp", "jpy", "nzd", "usd"] as const;
export type Currency = (typeof CURRENCIES)[number];

/** The ECB's reference rates of one day. */
export interface Fixing {
    /** yyyy-mm-dd */
    readonly date: string;
    /** Start of the minute in which the rates hold, ms UTC: 14:15 in Frankfurt. */
    readonly ms: number;
    /** Logarithm of what one euro costs in each currency; 0 for the euro. */
    readonly log: Readonly<Record<Currency, number>>;
}

const EXTRACT = join(__dirname, "ecb-extract.csv");
const FIXING_TIME = "T14:15:00Z";

/** All fixings of the extract, in order of time. */
export function readFixings(): Fixing[] {
    const [header = "", ...rows] = readFileSync(EXTRACT, "utf8").trim().split("\n");
    const columns = header.split(",");
    const frankfurt = new Zone("Europe/Berlin");
    return rows.map((row) => {
        const fields = row.split(",");
        const rate = (currency: Currency) => Number(fields[columns.indexOf(`eur${currency}`)]);
        const logs = CURRENCIES.map((currency) => [
            currency,
            currency === "eur" ? 0 : Math.log(rate(currency)),
        ]);
        const date = fields[0] ?? "";
        const wallMs = Date.parse(date + FIXING_TIME);
        return {
            date,
            ms: wallMs - frankfurt.offsetMs(wallMs),
            log: Object.fromEntries(logs) as Record<Currency, number>,
        };
    });
}

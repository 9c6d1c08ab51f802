import { basename } from "node:path";
import type { Pair } from "../config/pairs";
import type { Bars } from "./bars";
import { FileProblems } from "./report";
import { readBars, type RowFormat, type TimeRange } from "./rows";
import { dayStartMs, instantOf } from "./time";
import { Zone } from "../features/time/zone";
import { zippedText } from "./zip";

/**
 * The clock of HistData's times. It documents Eastern Standard Time all year ("Etc/GMT+5" is 5 hours behind UTC), but its
 * files follow New York with daylight saving.
 */
export type HistdataZone = "America/New_York" | "Etc/GMT+5";

const TIME = /^(\d{4})(\d\d)(\d\d) (\d\d)(\d\d)00$/;

/**
 * Reads a zip as HistData ships it ("ASCII / M1"): one semicolon-separated .csv without a header, bid prices.
 * @throws DataError listing every problem of the file
 */
export async function readHistdata(
    path: string,
    pair: Pair,
    zone: HistdataZone,
    range?: TimeRange,
): Promise<Bars> {
    const problems = new FileProblems(basename(path));
    const bars = await readBars(zippedText(path, ".csv"), pair, histdataFormat(zone), problems, range);
    problems.throwIfAny();
    return bars;
}

function histdataFormat(zoneName: HistdataZone): RowFormat {
    const zone = new Zone(zoneName);
    const dayMs = dayStartMs();
    return {
        delimiter: ";",
        timeForm: `a whole minute in ${zoneName}, such as 20170703 041500`,
        timestampOf: (field) => {
            const wallMs = instantOf(TIME.exec(field), dayMs);
            return wallMs === undefined ? undefined : zone.toUtc(wallMs);
        },
    };
}

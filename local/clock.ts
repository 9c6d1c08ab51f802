import { readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { formatClock, parseClock, replayClock, WALL_CLOCK } from "../data/clock";
import type { MarketClock, Replay, ReplayClock } from "../data/clock";
import { messageOf, UserError } from "./errors";
import { writeFileAtomic } from "./files";

/** What was read of each stack's file, and when it was written. */
const known = new Map<string, { readonly version: string; readonly clock: MarketClock }>();

const fileOf = (dir: string): string => join(dir, "clock.json");

/**
 * The market's clock of the stack in a folder: a replay where one was started, else the wall clock. It may be called often:
 * the file is read again only when it has changed, and the same object is returned until then.
 * @throws UserError naming the file, where it is damaged
 */
export function readClock(dir: string): MarketClock {
    const path = fileOf(dir);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return WALL_CLOCK;
    const version = `${stat.ino} ${stat.mtimeMs}`;
    const found = known.get(path);
    if (found?.version === version) return found.clock;
    const clock = parse(path);
    known.set(path, { version, clock });
    return clock;
}

/**
 * Makes the stack in a folder live through past minutes from now on; who reads its clock follows within a second.
 * @throws RangeError listing what cannot be replayed
 */
export function startReplay(dir: string, replay: Replay): ReplayClock {
    const clock = replayClock(replay);
    writeFileAtomic(fileOf(dir), formatClock(clock));
    return clock;
}

/** Gives the stack in a folder the wall clock again. */
export function stopReplay(dir: string): void {
    rmSync(fileOf(dir), { force: true });
}

function parse(path: string): MarketClock {
    try {
        return parseClock(readFileSync(path, "utf8"));
    } catch (error) {
        throw new UserError(
            `${path} is damaged: ${messageOf(error)}. Remove it to go by the wall clock again.`,
            { cause: error },
        );
    }
}

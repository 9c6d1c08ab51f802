import { InvalidArgumentError } from "commander";
import { PAIRS, type Pair } from "../config/pairs";

/** The value of `--pairs`: names between commas, each of one of the 28 pairs. */
export function parsePairs(text: string): Pair[] {
    const names = [...new Set(text.split(","))];
    const known = names.flatMap((name) => PAIRS.find((pair) => pair === name) ?? []);
    if (known.length === names.length) return known;
    const unknown = names.filter((name) => !PAIRS.some((pair) => pair === name));
    throw new InvalidArgumentError(
        `There is no pair ${unknown.map((name) => `"${name}"`).join(", ")}: there are ${PAIRS.join(", ")}.`,
    );
}

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { wholeProblem, type Problem } from "./report";

export const MANIFEST_FILE = "manifest.json";

/** "simulated" goes wherever the data's results are shown. */
const originSchema = z.enum(["recorded", "simulated"]);
const manifestSchema = z.looseObject({ origin: originSchema });

/** What a folder of bars says of itself. */
export type Origin = z.infer<typeof originSchema>;

/**
 * Where a folder's bars come from: as its manifest says, and recorded where it has none.
 * @returns undefined where the manifest cannot be used, which goes into `problems`
 */
export function originOf(folder: string, problems: Problem[]): Origin | undefined {
    const path = join(folder, MANIFEST_FILE);
    if (!existsSync(path)) return "recorded";
    try {
        return manifestSchema.parse(JSON.parse(readFileSync(path, "utf8"))).origin;
    } catch {
        // Not JSON, or not this schema: one message for both.
        const allowed = `JSON with "origin": ${originSchema.options.join(" or ")}`;
        problems.push(wholeProblem(MANIFEST_FILE, "not usable", "other content", allowed));
        return undefined;
    }
}

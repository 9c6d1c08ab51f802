import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

export const MANIFEST_FILE = "manifest.json";

const manifestSchema = z.looseObject({
    /** "simulated" goes wherever the data's results are shown. */
    origin: z.enum(["recorded", "simulated"]),
});

/** What a folder of bars says of itself. */
export type Origin = z.infer<typeof manifestSchema>["origin"];

/**
 * Where a folder's bars come from: as its manifest says, and recorded where it has none.
 * @returns undefined where the manifest cannot be used
 */
export function originOf(folder: string): Origin | undefined {
    const path = join(folder, MANIFEST_FILE);
    if (!existsSync(path)) return "recorded";
    try {
        return manifestSchema.parse(JSON.parse(readFileSync(path, "utf8"))).origin;
    } catch {
        return undefined; // Not JSON, or not this schema: one message for both.
    }
}

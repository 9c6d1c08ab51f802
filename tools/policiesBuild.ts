/**
 * Bundles the policy pack into policies/dist/index.js, which the engine's policy runner loads: loading TypeScript there
 * would type-check all of @pulumi/aws on each run.
 *
 *     tsx tools/policiesBuild.ts
 */
import { readdirSync, renameSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { build } from "esbuild";
import { rules } from "../policies/list";

const ROOT = join(__dirname, "..");
const RULES = join(ROOT, "policies/rules");

/** Names of the rule files in a folder whose rule is not in the pack: each file exports its rule under its own name. */
export function unlistedRules(folder: string, listed: readonly unknown[]): string[] {
    const load = createRequire(__filename);
    return readdirSync(folder)
        .map((file) => basename(file, ".ts"))
        .filter((name) => {
            const exported = load(join(folder, name)) as Readonly<Record<string, unknown>>;
            return !listed.includes(exported[name]);
        });
}

/**
 * Writes the bundle to `outfile`.
 * @throws Error naming every rule file that is not in policies/list.ts
 */
export async function buildPolicies(
    outfile = join(ROOT, "policies/dist/index.js"),
    folder = RULES,
): Promise<void> {
    const unlisted = unlistedRules(folder, rules);
    if (unlisted.length > 0) {
        throw new Error(
            `policies/list.ts lacks ${unlisted.join(", ")}: a rule that is not listed checks nothing`,
        );
    }
    // Under another name first: an engine that starts meanwhile finds a whole bundle, the old one or the new.
    const temporary = `${outfile}.${process.pid}.tmp`;
    await build({
        entryPoints: [join(ROOT, "policies/index.ts")],
        outfile: temporary,
        bundle: true,
        platform: "node",
        format: "cjs",
        target: "node22",
        // The runner, the rules and the engine's protocol must share one copy of each.
        external: ["@pulumi/*"],
        logLevel: "warning",
    });
    renameSync(temporary, outfile);
}

if (require.main === module) {
    buildPolicies().catch((error: unknown) => {
        console.error(error instanceof Error ? error.message : error);
        process.exitCode = 1;
    });
}

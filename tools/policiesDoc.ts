/**
 * Writes the table of policies into README.md, between its two markers.
 *
 *     tsx tools/policiesDoc.ts           writes it
 *     tsx tools/policiesDoc.ts --check   fails where README.md has another table
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { rules } from "../policies/list";
import { writeOrCheck } from "./generated";

const README = join(__dirname, "../README.md");
const BEGIN = "<!-- policies:begin -->";
const END = "<!-- policies:end -->";

/** The table of all rules, as Markdown: name, what always holds, and when the engine decides it. */
export function policyTable(): string {
    const rows = rules.map((rule) => {
        const when = "validateStack" in rule ? "whole stack, in preview" : "each resource";
        return `| \`${rule.name}\` | ${rule.description} | ${when} |`;
    });
    return ["| Policy | What always holds | Decided for |", "| --- | --- | --- |", ...rows].join("\n");
}

/**
 * A README's text with the table between its markers.
 * @throws Error where the markers are missing or the wrong way round
 */
export function withPolicyTable(readme: string): string {
    const begin = readme.indexOf(BEGIN);
    const end = readme.indexOf(END);
    if (begin < 0 || end < begin)
        throw new Error(`README.md needs a line "${BEGIN}" and, after it, a line "${END}"`);
    return `${readme.slice(0, begin + BEGIN.length)}\n\n${policyTable()}\n\n${readme.slice(end)}`;
}

if (require.main === module) {
    writeOrCheck(README, withPolicyTable(readFileSync(README, "utf8")), process.argv.includes("--check"));
}

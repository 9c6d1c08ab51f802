/**
 * Writes sagemaker/training/candidates.json from the catalogue: what Python's selection may choose from.
 *
 *     tsx tools/candidates.ts           writes it
 *     tsx tools/candidates.ts --check   fails where the file differs
 */
import { join } from "node:path";
import { CATALOGUE_HASH } from "../features/catalogue";
import { candidates } from "../features/catalogue/candidates";
import { writeOrCheck } from "./generated";

export const CANDIDATES_FILE = join(__dirname, "../sagemaker/training/candidates.json");

/** The file's text: the catalogue's hash, and all candidates in their order, one a line. */
export function candidatesJson(): string {
    const lines = candidates("all").map(({ name, column, lagMinutes, group }) =>
        JSON.stringify({ name, column: column.name, lagMinutes, domain: column.domain, group }),
    );
    const head = `"catalogueHash": "${CATALOGUE_HASH}",\n"candidates": [`;
    return `{\n${head}\n${lines.join(",\n")}\n]\n}\n`;
}

if (require.main === module)
    writeOrCheck(CANDIDATES_FILE, candidatesJson(), process.argv.includes("--check"));

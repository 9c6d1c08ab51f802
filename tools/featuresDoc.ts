/**
 * Writes docs/features.md from the catalogue of features.
 *
 *     tsx tools/featuresDoc.ts           writes it
 *     tsx tools/featuresDoc.ts --check   fails where the file differs
 */
import { join } from "node:path";
import { featuresDoc } from "../features/docs";
import { writeOrCheck } from "./generated";

writeOrCheck(join(__dirname, "../docs/features.md"), featuresDoc(), process.argv.includes("--check"));

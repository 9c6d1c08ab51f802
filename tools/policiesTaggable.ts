/**
 * Lists the resource types of @pulumi/aws that can carry tags, for the rule that requires them.
 *
 *     tsx tools/policiesTaggable.ts           writes policies/taggable.generated.json
 *     tsx tools/policiesTaggable.ts --check   fails where the file is not what it would write
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeOrCheck } from "./generated";

export const TAGGABLE_FILE = join(__dirname, "../policies/taggable.generated.json");

/** A resource's tags are a map of text: an Auto Scaling group has a list of its own shape instead. */
const HAS_TAGS = /^ {4}tags\?: pulumi\.Input<\{\s*\[key: string\]: pulumi\.Input<string>;\s*\}/m;

/** The generated file's text: type tokens such as `aws:s3/bucket:Bucket`, sorted, one a line. */
export function taggableJson(): string {
    const root = dirname(require.resolve("@pulumi/aws/package.json"));
    const types = readdirSync(root, { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && entry.name !== "node_modules" && entry.name !== "types")
        .flatMap(({ name }) => readdirSync(join(root, name)).map((file) => join(root, name, file)))
        .filter((path) => path.endsWith(".js") && existsSync(declarationOf(path)))
        .flatMap(taggableIn);
    return `${JSON.stringify([...new Set(types)].sort(), undefined, 4)}\n`;
}

/** The type token in a module that declares a resource, if its args take tags. */
function taggableIn(path: string): string[] {
    const token = /static __pulumiType = '([^']+)'/.exec(readFileSync(path, "utf8"))?.[1];
    if (token === undefined) return [];
    const declaration = readFileSync(declarationOf(path), "utf8");
    const args = declaration.slice(declaration.search(/^export interface \w+Args \{/m));
    return HAS_TAGS.test(args) ? [token] : [];
}

function declarationOf(path: string): string {
    return path.replace(/\.js$/, ".d.ts");
}

if (require.main === module) writeOrCheck(TAGGABLE_FILE, taggableJson(), process.argv.includes("--check"));

import { buildSync } from "esbuild";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "..");

/** Made by this program; Git ignores it. */
const BUNDLES = "functions/dist";

const made = new Map<string, string>();

/**
 * Makes one file of a function's code and all that it imports. The same sources give the same bytes. Once in a process:
 * sources do not change while a program runs.
 * @param name the function's folder in functions/
 * @returns the file's path from the root
 */
export function bundleFunction(name: string): string {
    const known = made.get(name);
    if (known !== undefined) return known;
    const { outputFiles } = buildSync({
        absWorkingDir: ROOT,
        entryPoints: [`functions/${name}/handler.ts`],
        bundle: true,
        minify: true,
        platform: "node",
        format: "cjs",
        target: "node22",
        // pg looks for its native twin, which is not installed.
        external: ["pg-native"],
        write: false,
        logLevel: "warning",
    });
    const path = `${BUNDLES}/${name}.js`;
    writeWhole(join(ROOT, path), Buffer.concat(outputFiles.map(({ contents }) => contents)));
    made.set(name, path);
    return path;
}

/** Under another name first: an engine that packs the file meanwhile finds a whole one, the old or the new. */
function writeWhole(path: string, content: Buffer): void {
    mkdirSync(join(path, ".."), { recursive: true });
    const temporary = `${path}.${process.pid}.tmp`;
    writeFileSync(temporary, content);
    renameSync(temporary, path);
}

/** Names of the packages that a bundle makes needless in a function's archive: all that package.json asks for. */
export function packageNames(): string[] {
    const text = readFileSync(join(ROOT, "package.json"), "utf8");
    return Object.keys((JSON.parse(text) as { dependencies: Record<string, string> }).dependencies);
}

/**
 * Bundles the container's program, main.js, and the code of its threads, worker.js, into a folder: all that the image
 * runs besides Node.
 *
 *     tsx sagemaker/processing/build.ts FOLDER
 */
import { join } from "node:path";
import { build } from "esbuild";

async function buildImage(outdir: string): Promise<void> {
    await build({
        entryPoints: ["main", "worker"].map((name) => join(__dirname, `${name}.ts`)),
        outdir,
        bundle: true,
        platform: "node",
        format: "cjs",
        target: "node22",
        // esbuild bundles the threads' code where it was not bundled before; pg looks for its native twin, which is not installed.
        external: ["esbuild", "pg-native"],
        logLevel: "warning",
    });
}

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: tsx sagemaker/processing/build.ts FOLDER");
buildImage(folder).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
});

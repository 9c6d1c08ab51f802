/**
 * Bundles the server's program, main.js, into a folder, and puts ONNX Runtime for this machine beside it: all that the image
 * runs besides Node.
 *
 *     tsx sagemaker/inference/build.ts FOLDER
 */
import { cpSync } from "node:fs";
import { join, relative } from "node:path";
import { build } from "esbuild";

async function buildImage(outdir: string): Promise<void> {
    await build({
        entryPoints: [join(__dirname, "main.ts")],
        outdir,
        bundle: true,
        platform: "node",
        format: "cjs",
        target: "node22",
        // It loads a binary that lies beside its own code.
        external: ["onnxruntime-node"],
        logLevel: "warning",
    });
    for (const name of ["onnxruntime-node", "onnxruntime-common"]) {
        const from = join(__dirname, "../../node_modules", name);
        cpSync(from, join(outdir, "node_modules", name), {
            recursive: true,
            filter: (path) => isNeeded(relative(from, path)),
        });
    }
}

/** Of the package's binaries only this machine's are needed, which are a sixth of it. */
function isNeeded(path: string): boolean {
    const machine = join("bin", "napi-v6", process.platform, process.arch);
    return !path.startsWith("bin") || machine.startsWith(path) || path.startsWith(machine);
}

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: tsx sagemaker/inference/build.ts FOLDER");
buildImage(folder).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
});

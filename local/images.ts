import { join } from "node:path";
import { physicalName, type NameScope } from "../config/names";
import { ROOT } from "./paths";
import type { JobImage } from "./services/sagemaker";
import { ensurePython } from "./toolchain/python";
import type { Progress } from "./toolchain/run";

/** What stands for the images of a repository, by the base of its name: the program that its Dockerfile puts into them. */
const PROGRAMS = {
    "bqx-ml-processing": nodeProgram("sagemaker/processing"),
    "bqx-ml-training": pythonProgram("sagemaker/training", "train.py"),
};

/** Builds what the image holds, then is replaced by it: $0 is the build script, $1 the Node that runs both. */
const BUILD_AND_RUN = `"$1" --require tsx/cjs "$0" "$SAGEMAKER_BASE_DIR/program" && exec "$1" "$SAGEMAKER_BASE_DIR/program/main.js"`;

/**
 * Finds what stands for a container image: the program of this checkout that the Dockerfile would put into it. The tag says
 * nothing here: there is one checkout.
 * @returns nothing for an image of another repository
 */
export function imagesOf(scope: NameScope): (imageUri: string) => JobImage | undefined {
    const programs = Object.entries(PROGRAMS).map(
        ([base, program]) => [physicalName("repository", base, scope), program] as const,
    );
    return (imageUri) => {
        const repository = imageUri.replace(/^[^/]*\//, "").replace(/[:@].*$/, "");
        return programs.find(([name]) => name === repository)?.[1];
    };
}

/** A folder with a build.ts, built anew for each job as `docker build` would. */
function nodeProgram(folder: string): JobImage {
    return {
        cwd: ROOT,
        pull: () => Promise.resolve(["sh", "-c", BUILD_AND_RUN, `${folder}/build.ts`, process.execPath]),
    };
}

/** A folder with a requirements.txt, whose environment is made once. */
function pythonProgram(folder: string, file: string): JobImage {
    const requirements = join(ROOT, folder, "requirements.txt");
    let making: Promise<string> | undefined;
    const environment = (progress: Progress) =>
        // Two jobs that begin at once share one making: either would throw away what the other has begun.
        (making ??= ensurePython(requirements, progress).finally(() => (making = undefined)));
    return {
        cwd: join(ROOT, folder),
        // Without compiled files, which would be left in the checkout.
        pull: async (progress) => [join(await environment(progress), "bin", "python"), "-B", file],
    };
}

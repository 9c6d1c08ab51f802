import { physicalName, type NameScope } from "../config/names";
import { ROOT } from "./paths";
import type { JobImage } from "./services/sagemaker";

/** The folder of the checkout whose Dockerfile makes a repository's images, by the base of the repository's name. */
const FOLDERS = { "bqx-ml-processing": "sagemaker/processing" } as const;

/** Builds what the image holds, then is replaced by it: $0 is the build script, $1 the Node that runs both. */
const BUILD_AND_RUN = `"$1" --require tsx/cjs "$0" "$SAGEMAKER_BASE_DIR/program" && exec "$1" "$SAGEMAKER_BASE_DIR/program/main.js"`;

/**
 * Finds what stands for a container image: the program of this checkout that the Dockerfile would put into it, built anew
 * for each job as `docker build` would. The tag says nothing here: there is one checkout.
 * @returns nothing for an image of another repository
 */
export function imagesOf(scope: NameScope): (imageUri: string) => JobImage | undefined {
    const folders = Object.entries(FOLDERS).map(
        ([base, folder]) => [physicalName("repository", base, scope), folder] as const,
    );
    return (imageUri) => {
        const repository = imageUri.replace(/^[^/]*\//, "").replace(/[:@].*$/, "");
        const folder = folders.find(([name]) => name === repository)?.[1];
        if (folder === undefined) return undefined;
        return { command: ["sh", "-c", BUILD_AND_RUN, `${folder}/build.ts`, process.execPath], cwd: ROOT };
    };
}

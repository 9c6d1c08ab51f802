import { S3Client } from "@aws-sdk/client-s3";
import { SageMakerClient } from "@aws-sdk/client-sagemaker";
import { z } from "zod";
import { ModelRegistry } from "../../sagemaker/registry";
import { checked } from "../checked";
import { registerRun, runSchema, type Surroundings } from "./register";
import type { TrainingReport } from "./report";

/** SageMaker throttles: 28 packages at once are many. */
const ATTEMPTS_MAX = 8;

const variablesSchema = z.object({
    ARTEFACTS: z.string().regex(/^s3:\/\/.*[^/]$/, "an S3 URI without a slash at its end"),
    GROUP_NAME: z.string().min(1),
    IMAGE_URI: z.string().min(1),
});

let warm: Surroundings | undefined;

/** Registers the models of a training run. Logs its report, one line of JSON. */
export async function handler(event: unknown): Promise<TrainingReport> {
    const run = checked("event", runSchema, event);
    const report = await registerRun(run, (warm ??= start()));
    console.log(JSON.stringify(report));
    return report;
}

function start(): Surroundings {
    const variables = checked("environment", variablesSchema, process.env);
    return {
        s3: new S3Client({}),
        registry: new ModelRegistry(new SageMakerClient({ maxAttempts: ATTEMPTS_MAX }), variables.GROUP_NAME),
        artefacts: variables.ARTEFACTS,
        imageUri: variables.IMAGE_URI,
    };
}

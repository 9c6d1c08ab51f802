import * as aws from "@pulumi/aws";
import type { Environment } from "../../config/environment";
import { isRecord } from "../documents";
import type { InstanceUse } from "../limits";
import { each, knownOr, on, parseJson, resourceRule, type Finding } from "../rule";
import { countProblem, typeProblem } from "../sizes";

/** Step Functions tasks that start a SageMaker job, as `arn:aws:states:::sagemaker:…` and `…:aws-sdk:sagemaker:…` name them. */
const JOB_TASKS: Readonly<Record<string, InstanceUse>> = {
    createTrainingJob: "training",
    createProcessingJob: "processing",
    createHyperParameterTuningJob: "tuning",
    createTransformJob: "transform",
};

/** Jobs are not resources: their sizes are in the state machine that starts them. */
export const jobSizes = resourceRule({
    name: "job-sizes",
    description:
        "SageMaker training, processing, tuning and transform jobs use instance types and counts that policies/limits.ts allows.",
    validateResource: [
        on(aws.sfn.StateMachine, (machine, environment) => {
            // It holds ids of subnets and of roles. Before they are made a preview knows none of it, and `up` decides.
            const definition = knownOr("{}", () => machine.definition);
            return statesOf(parseJson("definition", definition)).map(([name, state]) =>
                jobFinding(name, state, environment),
            );
        }),
        on(aws.sagemaker.TrainingJob, ({ resourceConfig }, environment) =>
            sizesOf("resourceConfig", resourceConfig, "training", environment),
        ),
        on(
            aws.sagemaker.HyperParameterTuningJob,
            ({ trainingJobDefinition }, environment) =>
                trainingJobDefinition === undefined
                    ? undefined
                    : sizesOf("trainingJobDefinition", trainingJobDefinition, "tuning", environment),
            ({ trainingJobDefinitions }, environment) =>
                each(trainingJobDefinitions, (definition, index) =>
                    sizesOf(`trainingJobDefinitions[${index}]`, definition, "tuning", environment),
                ),
        ),
    ],
});

/** All states of a definition, those inside Parallel and Map states too, by name. */
function statesOf(node: unknown): [string, Readonly<Record<string, unknown>>][] {
    if (Array.isArray(node)) return node.flatMap(statesOf);
    if (!isRecord(node)) return [];
    return Object.entries(node).flatMap(([key, value]) => [
        ...(key === "States" && isRecord(value)
            ? Object.entries(value).filter((entry): entry is [string, Record<string, unknown>] =>
                  isRecord(entry[1]),
              )
            : []),
        ...statesOf(value),
    ]);
}

function jobFinding(
    name: string,
    { Resource: task, Parameters: parameters, Arguments: args }: Readonly<Record<string, unknown>>,
    environment: Environment,
): Finding {
    const action = typeof task === "string" ? /:sagemaker:(\w+)/.exec(task)?.[1] : undefined;
    const use = action === undefined ? undefined : JOB_TASKS[action];
    return use === undefined ? undefined : sizesOf(`state "${name}"`, parameters ?? args, use, environment);
}

/** Every instance type and count in a job's request, wherever the API has them. At least one type must be there. */
function sizesOf(place: string, request: unknown, use: InstanceUse, environment: Environment): Finding {
    const types = valuesOf(request, "instancetype");
    const counts = valuesOf(request, "instancecount");
    return [
        ...(types.length > 0 ? types : [undefined]).map((type) =>
            typeProblem(`${place}.instanceType`, type, use, environment),
        ),
        ...counts.map((count) => countProblem(`${place}.instanceCount`, count, use, environment)),
    ];
}

/**
 * The values at a key, at any depth. `InstanceType.$` is a path into the execution's input: its value, the path, is no
 * allowed size, so a size that is chosen at run time is refused.
 */
function valuesOf(node: unknown, wanted: string): unknown[] {
    if (Array.isArray(node)) return node.flatMap((item) => valuesOf(item, wanted));
    if (!isRecord(node)) return [];
    return Object.entries(node).flatMap(([key, value]) =>
        key.toLowerCase().replace(/\.\$$/, "") === wanted ? [value] : valuesOf(value, wanted),
    );
}

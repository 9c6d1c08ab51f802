import type { iam } from "@pulumi/aws";
import { physicalName } from "../../config/names";
import type { Settings } from "../../config/settings";
import { PROJECT } from "../../config/tags";
import { SEVERITIES } from "../alerts/plan";
import { functionArn } from "../callback";
import { jobDocument, machineDocument, useKey } from "../jobs";
import { arnOf, type StackScope } from "../scope";

/** Last part of the name of the function that registers models. */
export const REGISTER = "register-models";

/** Where in the models bucket what jobs leave goes, and where packed models do, which are never overwritten. */
export const PREFIXES = { jobs: "training", artefacts: "artefacts" } as const;

/** What train.py prints when it has measured a model on the split that nothing was fitted to. CloudWatch shows the numbers. */
export const METRIC_DEFINITIONS = ["validation_r2", "test_r2", "test_mae", "test_directional_accuracy"].map(
    (name) => ({ Name: name, Regex: `${name}=([-+.0-9e]+)` }),
);

/** The hyperparameters of a run besides pair, commit and override: texts, as SageMaker takes nothing else. */
export function hyperparametersOf(
    training: Settings["training"],
    mode: "fast" | "full",
): Record<string, string> {
    const { target, candidates, seed, expiresDays, threads, hyperparameters, fast } = training;
    const given = {
        ...{ target, candidates, seed, expiresDays, nJobs: threads },
        ...hyperparameters,
        ...(mode === "fast" ? { ...fast, fast: true } : { fast: false }),
    };
    return Object.fromEntries(Object.entries(given).map(([name, value]) => [snakeCase(name), String(value)]));
}

/** `maxDepth` as Python spells it: `max_depth`. */
function snakeCase(name: string): string {
    return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** What the container and SageMaker around it may do: read datasets, and leave a model. */
export function jobPolicy(scope: StackScope): iam.PolicyDocument {
    const datasets = bucketArn("datasets", scope);
    return jobDocument("training", scope, [
        { Sid: "ListDatasets", Action: "s3:ListBucket", Resource: datasets },
        { Sid: "ReadDatasets", Action: "s3:GetObject", Resource: `${datasets}/features/*` },
        {
            Sid: "LeaveModels",
            Action: "s3:PutObject",
            Resource: `${bucketArn("models", scope)}/${PREFIXES.jobs}/*`,
        },
    ]);
}

/** What the state machine may do: run jobs of both stages, register what they leave, and tell how it went. */
export function machinePolicy(scope: StackScope): iam.PolicyDocument {
    return machineDocument(scope, {
        runs: ["processing", "training"],
        tells: SEVERITIES,
        own: [
            {
                Sid: "RegisterModels",
                Action: "lambda:InvokeFunction",
                Resource: functionArn(REGISTER, scope),
            },
        ],
    });
}

/** What the function may do: read what jobs leave, keep packed models, and add packages to one group. */
export function registerStatements(scope: StackScope): iam.PolicyStatement[] {
    const models = bucketArn("models", scope);
    const group = physicalName("modelPackageGroup", `${PROJECT}-models`, scope);
    const groupArn = arnOf(scope, "sagemaker", `model-package-group/${group}`);
    const packages = arnOf(scope, "sagemaker", `model-package/${group}/*`);
    const { kmsKeyArn } = scope.settings.storage;
    const statements = [
        { Sid: "ReadJobs", Action: "s3:GetObject", Resource: `${models}/${PREFIXES.jobs}/*` },
        {
            Sid: "KeepArtefacts",
            // SageMaker reads, by this role's rights, the model that a new package names.
            Action: ["s3:GetObject", "s3:PutObject"],
            Resource: `${models}/${PREFIXES.artefacts}/*`,
        },
        { Sid: "FindPackages", Action: "sagemaker:ListModelPackages", Resource: groupArn },
        {
            Sid: "AddPackages",
            Action: [
                ...["sagemaker:CreateModelPackage", "sagemaker:DescribeModelPackage"],
                "sagemaker:UpdateModelPackage",
            ],
            Resource: [groupArn, packages],
        },
        ...(kmsKeyArn === undefined ? [] : [useKey(kmsKeyArn)]),
    ];
    return statements.map((statement) => ({ Effect: "Allow", ...statement }));
}

function bucketArn(bucket: "datasets" | "models", scope: StackScope): string {
    return arnOf(scope, "s3", physicalName("bucket", `${PROJECT}-${bucket}`, scope));
}

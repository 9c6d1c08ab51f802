import * as pulumi from "@pulumi/pulumi";
import type { TopicArns } from "../alerts";
import { createCallback } from "../callback";
import { createJobRole, createMachine } from "../machine";
import type { ProcessingTargets } from "../processing/states";
import { stageTags, stageType, type StackScope } from "../scope";
import { jobPolicy, machinePolicy, PREFIXES, REGISTER, registerStatements } from "./plan";
import { trainingMachine, type TrainingTargets } from "./states";

/** It unpacks what a job leaves, some megabytes, in memory. */
const REGISTER_MEMORY_MB = 1_024;
/** Of 28 models, one after another; it is mostly waiting for S3 and SageMaker. */
const REGISTER_TIMEOUT_SECONDS = 240;

export interface TrainingArgs {
    /** The stack; `settings.training` says what models are fitted to, and how large a job is. */
    readonly scope: StackScope;
    /** Where jobs and the function run. */
    readonly network: {
        readonly privateSubnetIds: pulumi.Input<string[]>;
        readonly securityGroups: Readonly<Record<"jobs" | "lambda", pulumi.Input<string>>>;
    };
    /** Repositories of the images that train and serve, without a tag. */
    readonly repositoryUrls: Readonly<Record<"training" | "inference", pulumi.Input<string>>>;
    /** Name of the bucket that models go to. */
    readonly bucket: pulumi.Input<string>;
    /** Name of the model package group. */
    readonly groupName: pulumi.Input<string>;
    /** The dataset's states begin the machine. */
    readonly processing: pulumi.Input<ProcessingTargets>;
    /** Who hears how a run went. */
    readonly topicArns: TopicArns;
}

/**
 * A state machine that takes bars to registered models: it makes a dataset, as the stage `processing` does, trains a model
 * for each pair in a SageMaker training job of its own, and registers all of them at once.
 *
 * ```ts
 * const training = new Training("training", {
 *     ...{ scope, network, topicArns, processing: processing.targets, groupName: registry.groupName },
 *     repositoryUrls: { training: repositories.training.url, inference: repositories.inference.url },
 *     bucket: storage.buckets.models.name,
 * });
 * ```
 *
 * Started with `{}` it takes all pairs; an execution's input may hold
 * - `pairs`, separated by commas, and `to`, as those of the stage `processing`;
 * - `fast`, true for less of everything: `training.fast` says how much;
 * - `dataset`, the S3 URI of one that is there (`s3://…/features/…`, no slash at its end): then none is made;
 * - `gitCommit`, the commit of the training program, which the model's manifest and the registry show;
 * - `leakOverride`, a person's reason why a suspected leak is none: without it such a model is refused.
 *
 * A package waits for approval. A pair that fails is told to the warning topic and keeps the model it has, and the others go
 * on; a run without any model is told to the critical topic, and one in which all went well to that for information. Jobs
 * that SageMaker refuses for lack of instances ask again for an hour.
 *
 * Cost of a run of 28 pairs in us-east-1, by the time that the plan allows a job: $3.23 for 28 jobs of 15 minutes on an
 * ml.m5.2xlarge at $0.461 an hour, $0.12 for the dataset, and less than a cent for the function and the machine. A fast run
 * pays for hardly more than the start of each instance. Nothing runs by itself: a run a month is $3.35. The bucket keeps
 * each model for $0.023 per GB and month.
 */
export class Training extends pulumi.ComponentResource {
    /** Starts a training run: its executions are Step Functions'. */
    readonly stateMachineArn: pulumi.Output<string>;

    constructor(name: string, args: TrainingArgs, opts?: pulumi.ComponentResourceOptions) {
        super(stageType("training"), name, {}, opts);
        const { scope } = args;
        const child = { parent: this };
        const stage = "training";
        const job = createJobRole(name, { stage, scope, policy: jobPolicy(scope) }, child);
        const register = createRegister(`${name}-register`, args, child);
        const definition = targetsOf(args, job.role.arn, register.name).apply((known) =>
            JSON.stringify(trainingMachine(scope.settings, known)),
        );
        const machine = createMachine(
            name,
            { stage, scope, policy: machinePolicy(scope), definition },
            child,
            [job.rights],
        );
        this.stateMachineArn = machine.arn;
        this.registerOutputs({ stateMachineArn: this.stateMachineArn });
    }
}

function createRegister(name: string, args: TrainingArgs, child: pulumi.CustomResourceOptions) {
    const { scope, network, bucket, groupName, repositoryUrls } = args;
    const { inferenceImageTag } = scope.settings.training;
    return createCallback(
        name,
        {
            ...{ scope, stage: "training", network, folder: "registerModels", base: REGISTER },
            description: "Registers the models that a training run has left",
            memoryMb: REGISTER_MEMORY_MB,
            timeoutSeconds: REGISTER_TIMEOUT_SECONDS,
            concurrency: 1, // Two would not see each other's packages, and might register an artefact twice.
            variables: {
                ARTEFACTS: pulumi.interpolate`s3://${bucket}/${PREFIXES.artefacts}`,
                IMAGE_URI: pulumi.interpolate`${repositoryUrls.inference}:${inferenceImageTag}`,
                GROUP_NAME: groupName,
            },
            statements: registerStatements(scope),
        },
        child,
    );
}

/** Holds ids of the network, so a preview knows it once they are there. */
function targetsOf(
    args: TrainingArgs,
    roleArn: pulumi.Output<string>,
    registerFunction: pulumi.Output<string>,
): pulumi.Output<TrainingTargets> {
    const { scope, network, topicArns, repositoryUrls } = args;
    const { training, storage } = scope.settings;
    return pulumi.output({
        stack: scope.stack,
        imageUri: pulumi.interpolate`${repositoryUrls.training}:${training.imageTag}`,
        ...{ roleArn, registerFunction, topicArns },
        bucket: args.bucket,
        subnetIds: network.privateSubnetIds,
        securityGroupId: network.securityGroups.jobs,
        tags: stageTags(scope, "training"),
        kmsKeyArn: storage.kmsKeyArn,
        processing: args.processing,
    });
}

import * as pulumi from "@pulumi/pulumi";
import type { TopicArns } from "../alerts";
import type { DatabaseConnection } from "../featureStore";
import { createJobRole, createMachine } from "../machine";
import { stageTags, stageType, type StackScope } from "../scope";
import { jobPolicy, machinePolicy } from "./plan";
import { processingMachine, type ProcessingTargets } from "./states";

export interface ProcessingArgs {
    /** The stack; `settings.processing` says how large a job is and what it reads. */
    readonly scope: StackScope;
    /** Where jobs reach the database from. */
    readonly network: {
        readonly privateSubnetIds: pulumi.Input<string[]>;
        readonly securityGroups: Readonly<Record<"jobs", pulumi.Input<string>>>;
    };
    /** Repository of the processing image, without a tag. */
    readonly repositoryUrl: pulumi.Input<string>;
    /** Name of the bucket that datasets go to. */
    readonly bucket: pulumi.Input<string>;
    /** Where bars, feature tables and fitted parameters are. */
    readonly database: Pick<DatabaseConnection, "host" | "port" | "databaseName" | "secretArn">;
    /** Who hears of jobs and pairs that fail. */
    readonly topicArns: TopicArns;
}

/**
 * A state machine that makes a dataset: one SageMaker processing job, which reads bars from Aurora, fits, computes all
 * features and targets, and leaves a folder for each pair under a prefix that is the execution's alone.
 *
 * ```ts
 * const processing = new Processing("processing", { scope, network, repositoryUrl, bucket, database, topicArns });
 * ```
 *
 * Started with `{}` it takes all pairs; with `{"pairs": "eurusd,usdjpy", "to": "2017-10-01T00:00:00Z"}` these, of bars
 * before then. `processing.instanceCount` spreads the pairs over instances; `processing.source: tables` reads feature
 * values that are stored already. A pair that fails is told to the warning topic and the others go on; a job that fails is
 * told to the critical one. The image is pushed by whoever releases: `docker build -f sagemaker/processing/Dockerfile .`
 *
 * Cost of a run of 28 pairs and a year in us-east-1: about $0.12, 15 minutes of an ml.m5.2xlarge at $0.461 an hour with
 * its start, and its disk. Nothing runs by itself: a run a day is $3.60 a month, one a month $0.12. Each dataset kept is
 * about $0.40 a month (30 GB in Standard-IA).
 */
export class Processing extends pulumi.ComponentResource {
    /** Starts a dataset: its executions are Step Functions'. */
    readonly stateMachineArn: pulumi.Output<string>;
    /** What the states refer to: another machine can begin with them. */
    readonly targets: pulumi.Output<ProcessingTargets>;

    constructor(name: string, args: ProcessingArgs, opts?: pulumi.ComponentResourceOptions) {
        super(stageType("processing"), name, {}, opts);
        const { scope } = args;
        const child = { parent: this };
        const stage = "processing";
        const job = createJobRole(name, { stage, scope, policy: jobPolicy(scope) }, child);
        this.targets = targetsOf(args, job.role.arn);
        const definition = this.targets.apply((known) =>
            JSON.stringify(processingMachine(scope.settings.processing, known)),
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

/** Holds ids of the network and of the database, so a preview knows it once they are there. */
function targetsOf(args: ProcessingArgs, roleArn: pulumi.Output<string>): pulumi.Output<ProcessingTargets> {
    const { scope, network, database, topicArns } = args;
    const { processing, storage } = scope.settings;
    return pulumi.output({
        stack: scope.stack,
        imageUri: pulumi.interpolate`${args.repositoryUrl}:${processing.imageTag}`,
        roleArn,
        bucket: args.bucket,
        subnetIds: network.privateSubnetIds,
        securityGroupId: network.securityGroups.jobs,
        database: {
            host: database.host,
            port: database.port,
            name: database.databaseName,
            secretArn: database.secretArn,
        },
        criticalTopicArn: topicArns.critical,
        warningTopicArn: topicArns.warning,
        tags: stageTags(scope, "processing"),
        kmsKeyArn: storage.kmsKeyArn,
    });
}

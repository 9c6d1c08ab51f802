import {
    ListTrainingJobsCommand,
    type SageMakerClient,
    type TrainingJobSummary,
} from "@aws-sdk/client-sagemaker";
import {
    DescribeExecutionCommand,
    GetExecutionHistoryCommand,
    StartExecutionCommand,
    type SFNClient,
} from "@aws-sdk/client-sfn";
import { setTimeout } from "node:timers/promises";
import type { TrainingReport } from "../functions/registerModels/report";
import { UserError } from "../local/errors";

/** Begins the names of training jobs; the pair follows. */
const JOB_PREFIX = "bqx-ml-training-";

/** What an execution of the training machine is told: see components/training. */
export interface TrainingInput {
    /** Separated by commas. */
    readonly pairs: string;
    readonly fast: boolean;
    readonly gitCommit: string;
    /** S3 URI of a dataset that is there. */
    readonly dataset?: string;
}

export interface TrainingRequest {
    readonly stateMachineArn: string;
    readonly input: TrainingInput;
    /** Hears how far the run is. */
    readonly onProgress: (text: string) => void;
    /** @default 1000 */
    readonly pollMilliseconds?: number;
}

/** A run that has ended. */
export interface TrainingRun extends TrainingReport {
    /** ARN of the execution. */
    readonly execution: string;
}

/**
 * Starts a training run and waits for its end. A run without any model is told as it is, by its pairs.
 * @throws UserError where the run failed in another way, the SDK's error where it cannot be started
 */
export async function runTraining(
    clients: { readonly sfn: SFNClient; readonly sageMaker: SageMakerClient },
    { stateMachineArn, input, onProgress, pollMilliseconds = 1_000 }: TrainingRequest,
): Promise<TrainingRun> {
    const { sfn, sageMaker } = clients;
    const { executionArn = "", startDate } = await sfn.send(
        new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }),
    );
    for (;;) {
        const { status, output, error, cause } = await sfn.send(
            new DescribeExecutionCommand({ executionArn }),
        );
        if (status === "SUCCEEDED") {
            return { execution: executionArn, ...(JSON.parse(output ?? "{}") as TrainingReport) };
        }
        if (status !== "RUNNING") {
            const report = await reportOf(sfn, executionArn);
            if (report !== undefined) return { execution: executionArn, ...report };
            const reason = [error, cause].filter((part) => part !== undefined).join(": ");
            throw new UserError(
                `The training run ended as ${status ?? "unknown"}. ${reason} (${executionArn})`,
            );
        }
        const jobs = await sageMaker.send(
            new ListTrainingJobsCommand({
                ...{ NameContains: JOB_PREFIX, CreationTimeAfter: startDate, MaxResults: 100 },
            }),
        );
        onProgress(describeProgress(input, jobs.TrainingJobSummaries ?? []));
        await setTimeout(pollMilliseconds);
    }
}

/** What the function that registers models has answered in an execution that failed; nothing where it was not called. */
async function reportOf(sfn: SFNClient, executionArn: string): Promise<TrainingReport | undefined> {
    const { events = [] } = await sfn.send(
        new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 100 }),
    );
    const answer = events.find(
        ({ taskSucceededEventDetails: details }) => details?.resourceType === "lambda",
    )?.taskSucceededEventDetails;
    if (answer === undefined) return undefined;
    return (JSON.parse(answer.output ?? "{}") as { readonly Payload: TrainingReport }).Payload;
}

/** How far the pairs are, by the jobs there have been. */
export function describeProgress(
    { pairs, dataset }: Pick<TrainingInput, "pairs" | "dataset">,
    jobs: readonly TrainingJobSummary[],
): string {
    const count = pairs.split(",").length;
    if (jobs.length === 0) return dataset === undefined ? "making the dataset" : "starting jobs";
    const named = (isMeant: (job: TrainingJobSummary) => boolean) =>
        jobs.filter(isMeant).map(({ TrainingJobName = "" }) => pairOf(TrainingJobName));
    const trained = named(({ TrainingJobStatus }) => TrainingJobStatus === "Completed");
    const running = named(
        ({ TrainingJobStatus, SecondaryStatus }) =>
            TrainingJobStatus === "InProgress" && SecondaryStatus !== "Starting",
    );
    const failed = named(
        ({ TrainingJobStatus }) => TrainingJobStatus === "Failed" || TrainingJobStatus === "Stopped",
    );
    return [
        `${trained.length} of ${count} pairs trained`,
        ...(failed.length > 0 ? [`failed: ${failed.join(", ")}`] : []),
        ...(running.length > 0 ? [`at work: ${running.join(", ")}`] : []),
        ...(trained.length + failed.length === count ? ["registering"] : []),
    ].join("; ");
}

function pairOf(jobName: string): string {
    return jobName.slice(JOB_PREFIX.length).split("-", 1).join("");
}

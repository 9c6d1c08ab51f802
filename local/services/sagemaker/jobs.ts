import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../../errors";
import type { MetricRecorder } from "../cloudwatch";
import { stopRecorded } from "../process/pidFile";
import { describeProblems } from "../protocol/fields";
import { AwsError, type DeployedResources, type ServiceContext } from "../service";
import { REASON_CHARACTERS_MAX } from "./failure";
import {
    hasEnded,
    type JobKind,
    type JobPhase,
    type JobPlan,
    type JobRecord,
    type JobState,
} from "./jobKind";
import { JobStore } from "./jobStore";
import { LogMetrics } from "./logMetrics";
import { runJob, type JobEnd, type JobImage, type JobTools } from "./run";

const ROLE_TYPE = "aws:iam/role:Role";
const SUBNET_TYPE = "aws:ec2/subnet:Subnet";
const SECURITY_GROUP_TYPE = "aws:ec2/securityGroup:SecurityGroup";

/** What processes are given to end when the service stops: who stops the stack waits for it. */
const SHUTDOWN_MILLISECONDS = 5_000;
const HOST_ENDED = "InternalServerError: The local stack was stopped or has ended while the job ran.";

/** A job that runs, and the ways to end it. */
interface RunningJob {
    readonly stop: AbortController;
    readonly kill: AbortController;
    readonly done: Promise<JobRecord>;
}

/** All jobs: checks them against what is deployed, runs them, and keeps what became of them. */
export class Jobs {
    private readonly store: JobStore;
    private readonly running = new Map<JobRecord["arn"], RunningJob>();
    private readonly pidDir: string;
    private isStopping = false;

    constructor(
        private readonly context: ServiceContext,
        private readonly tools: JobTools,
        private readonly images: (imageUri: string) => JobImage | undefined,
        private readonly metrics: MetricRecorder,
    ) {
        this.store = new JobStore(join(context.dataDir, "jobs"));
        this.pidDir = join(context.dataDir, "processes");
    }

    /** Ends the processes that a killed service has left; their jobs have failed. */
    async start(): Promise<void> {
        mkdirSync(this.pidDir, { recursive: true, mode: 0o700 });
        for (const file of readdirSync(this.pidDir)) {
            await stopRecorded(join(this.pidDir, file), {
                signal: "SIGKILL",
                milliseconds: SHUTDOWN_MILLISECONDS,
            });
        }
        rmSync(this.workDir(), { recursive: true, force: true });
        this.store.load();
        for (const record of this.store.all()) {
            if (!hasEnded(record)) this.end(record, { failureReason: HOST_ENDED });
        }
    }

    /** Ends all that runs; the jobs have failed, those excepted that were being stopped. */
    async stop(): Promise<void> {
        this.isStopping = true;
        const jobs = [...this.running.values()];
        const reason = new Error(HOST_ENDED);
        jobs.forEach(({ stop }) => stop.abort(reason));
        const done = Promise.all(jobs.map((job) => job.done));
        await Promise.race([done, sleep(SHUTDOWN_MILLISECONDS, undefined, { ref: false })]);
        jobs.forEach(({ kill }) => kill.abort(reason));
        await done;
    }

    all(): readonly JobRecord[] {
        return this.store.all();
    }

    /** How many jobs run or wait for their turn. */
    get unfinished(): number {
        return this.running.size;
    }

    /** @throws AwsError as AWS does for a name that no job has */
    find(kind: JobKind, name: string): JobRecord {
        const record = this.store.find(kind.arnType, name);
        if (record !== undefined) return record;
        throw new AwsError("ValidationException", `Could not find requested job with name: ${name}`);
    }

    /**
     * Checks a request and starts its job.
     * @throws AwsError for a request that does not fit, a name that is taken, and what is not deployed
     */
    create(kind: JobKind, input: unknown): JobRecord {
        const { data: request, error } = kind.request.safeParse(input);
        if (error !== undefined) throw new AwsError("ValidationException", describeProblems(error));
        const { region, account } = this.context;
        const name = String(request[`${kind.title}JobName`]);
        const arn = `arn:aws:sagemaker:${region}:${account}:${kind.arnType}/${name}`;
        const plan = kind.planOf(request, arn);
        if (this.store.find(kind.arnType, plan.name) !== undefined) {
            throw new AwsError(
                "ResourceInUse",
                `Job name must be unique within an AWS account and region, and a job with this name already exists (${arn})`,
            );
        }
        const image = this.checkDeployed(plan);
        const now = Date.now();
        const created: JobRecord = {
            ...{ kind: kind.arnType, name: plan.name, arn, request },
            ...{ status: "InProgress", createdAt: now, modifiedAt: now },
            history: [{ state: "Starting", since: now }],
        };
        const record = this.store.put(created);
        this.launch(kind, plan, record, image);
        return record;
    }

    /** Asks a job to stop. @throws AwsError for one that has ended */
    stopJob(kind: JobKind, name: string): void {
        const record = this.find(kind, name);
        if (hasEnded(record)) {
            const problem = `The request was rejected because the ${kind.title.toLowerCase()} job is in status ${record.status}`;
            throw new AwsError("ValidationException", problem);
        }
        const stopping: JobRecord = { ...record, status: "Stopping", modifiedAt: Date.now() };
        this.store.put(record.status === "Stopping" ? stopping : withState(stopping, "Stopping"));
        this.running.get(record.arn)?.stop.abort(new Error("The job is being stopped."));
    }

    /** The record of a job once it has ended. @throws AwsError for a name that no job has */
    async ended(kind: JobKind, name: string): Promise<JobRecord> {
        const record = this.find(kind, name);
        return this.running.get(record.arn)?.done ?? record;
    }

    private launch(kind: JobKind, plan: JobPlan, record: JobRecord, image: JobImage): void {
        const stop = new AbortController();
        const kill = new AbortController();
        let timer: NodeJS.Timeout | undefined;
        const metrics = this.metricsOf(kind, plan);
        const run = {
            ...{ plan, image, logGroup: kind.logGroup },
            workDir: join(this.workDir(), `${kind.arnType}.${plan.name}`),
            pidPath: join(this.pidDir, `${kind.arnType}.${plan.name}`),
            onPhase: (phase: JobPhase) => {
                if (phase === "Downloading") timer ??= this.limitRuntime(kind, plan);
                this.enter(phase, kind, plan.name);
            },
            onLine: (line: string) => metrics.read(line),
        };
        const done = runJob(run, this.tools, { stop: stop.signal, kill: kill.signal }).then((end) => {
            clearTimeout(timer);
            this.running.delete(record.arn);
            return this.end({ ...this.find(kind, plan.name), metrics: metrics.last }, end);
        });
        done.catch((error: unknown) => this.context.log(`${record.arn}: ${messageOf(error)}`));
        this.running.set(record.arn, { stop, kill, done });
    }

    private limitRuntime(kind: JobKind, plan: JobPlan): NodeJS.Timeout {
        return setTimeout(() => {
            const failureReason = `The job was stopped after MaxRuntimeInSeconds: ${plan.maxRuntimeSeconds}.`;
            const record = this.find(kind, plan.name);
            if (hasEnded(record)) return;
            this.store.put({ ...record, failureReason, timedOut: true });
            this.stopJob(kind, plan.name);
        }, plan.maxRuntimeSeconds * 1000).unref();
    }

    /** Notes what a job does. Its hosts say so one by one, and what it does while it is stopped is nothing but that. */
    private enter(phase: JobPhase, kind: JobKind, name: string): void {
        const record = this.find(kind, name);
        const known = record.history.some(({ state }) => state === phase);
        if (known || record.status !== "InProgress") return;
        const now = Date.now();
        const started = record.startedAt === undefined ? { startedAt: now } : {};
        this.store.put(withState({ ...record, ...started, modifiedAt: now }, phase));
    }

    private metricsOf(kind: JobKind, plan: JobPlan): LogMetrics {
        const dimensions = { [`${kind.title}JobName`]: plan.name };
        return new LogMetrics(plan.metrics, ({ name, value, at }) =>
            this.metrics.record(kind.logGroup, name, dimensions, value, "None", at),
        );
    }

    private end(record: JobRecord, { exitMessage, failureReason }: JobEnd): JobRecord {
        const now = Date.now();
        const stopped = record.status === "Stopping";
        const reason = this.isStopping && !stopped ? HOST_ENDED : failureReason;
        const status = stopped ? "Stopped" : reason === undefined ? "Completed" : "Failed";
        const ended: JobRecord = {
            ...record,
            ...(exitMessage === undefined ? {} : { exitMessage }),
            ...(reason === undefined ? {} : { failureReason: reason.slice(0, REASON_CHARACTERS_MAX) }),
            ...{ status, endedAt: now, modifiedAt: now },
        };
        return this.store.put(withState(ended, status));
    }

    /** @returns what runs for the plan's image. @throws AwsError that lists all that is not deployed */
    private checkDeployed(plan: JobPlan): JobImage {
        const { resources } = this.context;
        const problems: string[] = [];
        if (!resources.ofType(ROLE_TYPE).some(({ outputs }) => outputs.arn === plan.roleArn)) {
            problems.push(`the role ${plan.roleArn} is not deployed`);
        }
        problems.push(
            ...missing(resources, SUBNET_TYPE, plan.subnetIds, "subnet"),
            ...missing(resources, SECURITY_GROUP_TYPE, plan.securityGroupIds, "security group"),
        );
        const image = this.images(plan.imageUri);
        if (image === undefined) {
            problems.push(`the image ${plan.imageUri} stands for no program of this checkout`);
        }
        if (image === undefined || problems.length > 0) {
            throw new AwsError("ValidationException", `The job cannot run: ${problems.join("; ")}.`);
        }
        return image;
    }

    private workDir(): string {
        return join(this.context.dataDir, "work");
    }
}

/** The record, now in a state in which it was not. */
function withState(record: JobRecord, state: JobState): JobRecord {
    return { ...record, history: [...record.history, { state, since: record.modifiedAt }] };
}

function missing(
    resources: DeployedResources,
    type: string,
    ids: readonly string[],
    title: string,
): string[] {
    return ids
        .filter((id) => resources.get(type, id) === undefined)
        .map((id) => `the ${title} ${id} is not deployed`);
}

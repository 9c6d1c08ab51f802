import type { S3Client } from "@aws-sdk/client-s3";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "../../files";
import { messageOf } from "../../errors";
import type { LogSink } from "../logs";
import { uploadArchive } from "./archive";
import { download, Uploader } from "./channels";
import { runContainer, type Ending } from "./container";
import { JobFailure, REASON_CHARACTERS_MAX } from "./failure";
import type { JobPhase, JobPlan } from "./jobKind";
import type { Slots } from "./slots";

/** The process that stands for a container image. */
export interface JobImage {
    readonly cwd: string;
    /** Makes what the process needs, as a machine of AWS pulls an image. @returns program and arguments: the ENTRYPOINT */
    pull(onLine: (line: string) => void): Promise<readonly string[]>;
}

/** What running a job takes, the same for all jobs. */
export interface JobTools {
    readonly s3: S3Client;
    readonly logs: LogSink;
    readonly slots: Slots;
    /** What AWS gives every container: region, credentials, endpoint. */
    readonly environment: () => Readonly<Record<string, string>>;
    readonly graceMilliseconds: number;
    readonly continuousUploadMilliseconds: number;
}

/** One job to run. */
export interface JobRun {
    readonly plan: JobPlan;
    readonly image: JobImage;
    readonly logGroup: string;
    /** A folder for what its containers see, removed afterwards. */
    readonly workDir: string;
    /** Where its processes are noted: one file each, named after this and the host. */
    readonly pidPath: string;
    /** Called by each of its hosts. */
    readonly onPhase: (phase: JobPhase) => void;
    /** Called with what its processes print. */
    readonly onLine: (line: string) => void;
}

/** How a job has ended; whether it was asked to is known to who asked. */
export interface JobEnd {
    /** What the container left in /opt/ml/output/message. */
    readonly exitMessage?: string;
    /** AWS's FailureReason, where it failed. */
    readonly failureReason?: string;
}

/**
 * Runs a job's processes, with their data before and after. The failure of one host ends the others.
 * Never rejects: a fault of the service itself is a reason too.
 */
export async function runJob(run: JobRun, tools: JobTools, ending: Ending): Promise<JobEnd> {
    const names = Array.from({ length: run.plan.instanceCount }, (_, index) => `algo-${index + 1}`);
    const failed = new AbortController();
    const stop = AbortSignal.any([ending.stop, failed.signal]);
    const hosts = names.map((name) => new JobHost(name, names, run, tools));
    const failures: unknown[] = [];
    const guarded = async (host: JobHost) => {
        try {
            await host.run({ stop, kill: ending.kill });
        } catch (error) {
            // What the others answer to being stopped is not the reason.
            if (!stop.aborted) failures.push(error);
            failed.abort(error);
        }
    };
    await Promise.all(hosts.map(guarded));
    for (const host of hosts) {
        try {
            await host.uploadResults(failures.length > 0, ending);
        } catch (error) {
            failures.push(error);
        }
    }
    const exitMessage = hosts.map((host) => host.message()).find((message) => message !== undefined);
    await rm(run.workDir, { recursive: true, force: true });
    const [failure] = failures;
    return {
        ...(exitMessage === undefined ? {} : { exitMessage }),
        ...(failure === undefined ? {} : { failureReason: reasonOf(failure) }),
    };
}

function reasonOf(error: unknown): string {
    return (error instanceof JobFailure ? error : new JobFailure("InternalServerError", messageOf(error)))
        .message;
}

/** One of a job's hosts: a folder in place of /opt/ml, and a process. */
class JobHost {
    private readonly root: string;
    private readonly stream: string;
    private readonly uploaders: readonly { readonly continuous: boolean; readonly uploader: Uploader }[];

    constructor(
        private readonly name: string,
        private readonly names: readonly string[],
        private readonly job: JobRun,
        private readonly tools: JobTools,
    ) {
        this.root = join(job.workDir, name);
        this.stream = `${job.plan.name}/${name}-${Date.now()}`;
        this.uploaders = job.plan.outputs.map((channel) => ({
            continuous: channel.continuous,
            uploader: new Uploader(tools.s3, channel, this.root),
        }));
    }

    /** @throws JobFailure where the data is not there or the process does not end with 0 */
    async run(ending: Ending): Promise<void> {
        const { slots } = this.tools;
        if (slots.isFull) this.log("Waiting: as many job processes run as this machine runs at once.");
        await slots.run(ending.stop, async () => {
            this.job.onPhase("Downloading");
            await this.prepare(ending.stop);
            this.job.onPhase("Running");
            const code = await this.runProcess(ending);
            if (code !== 0 && !ending.stop.aborted) {
                const message = this.message() ?? "See job logs for more information";
                // The exit code stands last, as on AWS; a long message must not push it out.
                const kept = message.slice(0, REASON_CHARACTERS_MAX - 50);
                throw new JobFailure("AlgorithmError", `${kept}, exit code: ${code}`);
            }
        });
    }

    /**
     * Uploads what is uploaded once the whole job has ended: channels only where it has succeeded, archives also of a job
     * that was asked to stop, which is given time for just that.
     */
    async uploadResults(hasFailed: boolean, { stop, kill }: Ending): Promise<void> {
        this.job.onPhase("Uploading");
        if (!hasFailed && !stop.aborted) {
            for (const { continuous, uploader } of this.uploaders) if (!continuous) await uploader.upload();
        }
        const archives = this.job.plan.archives.filter(({ ofFailedJobs }) => !hasFailed || ofFailedJobs);
        for (const archive of archives) await uploadArchive(this.tools.s3, archive, this.root, kill);
    }

    /** What the container says of its end, cut as AWS cuts it. */
    message(): string | undefined {
        const path = join(this.root, this.job.plan.messageFile);
        if (!existsSync(path)) return undefined;
        const text = readFileSync(path, "utf8").trim().slice(0, REASON_CHARACTERS_MAX);
        return text === "" ? undefined : text;
    }

    private async prepare(signal: AbortSignal): Promise<void> {
        const { plan } = this.job;
        const position = { index: this.names.indexOf(this.name), count: this.names.length };
        for (const channel of plan.inputs) {
            await download(this.tools.s3, channel, this.root, position, signal);
        }
        for (const { path } of [{ path: "output" }, ...plan.outputs, ...plan.archives]) {
            await mkdir(join(this.root, path), { recursive: true });
        }
        const files = plan.configFiles({ root: this.root, name: this.name, names: this.names });
        for (const [path, value] of Object.entries(files)) {
            writeFileAtomic(join(this.root, path), JSON.stringify(value, undefined, 4));
        }
    }

    private async runProcess(ending: Ending): Promise<number> {
        const { plan, image, pidPath } = this.job;
        const program = plan.entrypoint ?? (await image.pull((line) => this.log(line)));
        ending.stop.throwIfAborted();
        const finishUploads = this.uploadContinuously();
        try {
            return await runContainer(
                {
                    command: [...program, ...plan.arguments],
                    cwd: image.cwd,
                    env: {
                        ...plan.environment,
                        ...this.tools.environment(),
                        SAGEMAKER_BASE_DIR: this.root,
                    },
                    pidFile: `${pidPath}-${this.name}.json`,
                    graceMilliseconds: this.tools.graceMilliseconds,
                    onLine: (line) => {
                        this.log(line);
                        this.job.onLine(line);
                    },
                },
                ending,
            );
        } finally {
            await finishUploads();
        }
    }

    /** @returns what uploads the last changes, to be called once the process has ended */
    private uploadContinuously(): () => Promise<void> {
        const uploaders = this.uploaders.filter(({ continuous }) => continuous);
        const uploadAll = async () => {
            for (const { uploader } of uploaders) await uploader.upload();
        };
        let current: Promise<void> | undefined;
        const timer = setInterval(() => {
            // A file may change or go while it is read: the next round, or the last, meets it again.
            current ??= uploadAll()
                .catch((error: unknown) => this.log(messageOf(error)))
                .finally(() => (current = undefined));
        }, this.tools.continuousUploadMilliseconds);
        return async () => {
            clearInterval(timer);
            await current;
            await uploadAll();
        };
    }

    private log(line: string): void {
        this.tools.logs.append(this.job.logGroup, this.stream, line);
    }
}

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Pair } from "../../config/pairs";

/** SageMaker shows no more of a container's message. */
const MESSAGE_BYTES_MAX = 1_024;

/** Name of the output in the job's request, and of its folder. */
const OUTPUT_NAME = "dataset";

const resourceSchema = z
    .object({ current_host: z.string(), hosts: z.array(z.string()).min(1) })
    .refine(({ current_host, hosts }) => hosts.includes(current_host), "current_host must be one of hosts");

const jobSchema = z.object({
    ProcessingOutputConfig: z.object({
        Outputs: z.array(
            z.object({ OutputName: z.string(), S3Output: z.object({ S3Uri: z.string() }).optional() }),
        ),
    }),
});

/** What SageMaker tells a container about the job, and where it looks for what the container leaves. */
export interface Container {
    /** Names of the job's instances, in an order that all of them see. */
    readonly hosts: readonly string[];
    /** Name of this instance. */
    readonly host: string;
    /** Folder that SageMaker uploads. */
    readonly outputDir: string;
    /** Where it is uploaded to. */
    readonly outputUri: string;
}

/** @throws Error naming the file that is missing or says something else */
export function readContainer(baseDir: string): Container {
    const resources = readConfig(baseDir, "resourceconfig.json", resourceSchema);
    const job = readConfig(baseDir, "processingjobconfig.json", jobSchema);
    const outputs = job.ProcessingOutputConfig.Outputs;
    const uri = outputs.find(({ OutputName }) => OutputName === OUTPUT_NAME)?.S3Output?.S3Uri;
    if (uri === undefined) throw new Error(`The job has no output "${OUTPUT_NAME}" that goes to S3`);
    const outputDir = join(baseDir, "processing/output", OUTPUT_NAME);
    mkdirSync(outputDir, { recursive: true });
    return { hosts: resources.hosts, host: resources.current_host, outputDir, outputUri: uri };
}

/**
 * The pairs that one of several instances makes: each pair is one instance's. Nothing is shared but the bars; each
 * instance fits all pairs, since features look across them, and comes to the same parameters.
 */
export function shareOf(pairs: readonly Pair[], { hosts, host }: Pick<Container, "hosts" | "host">): Pair[] {
    const place = [...hosts].sort().indexOf(host);
    return pairs.filter((_, index) => index % hosts.length === place);
}

/** Leaves a message that AWS shows with the job: its ExitMessage, however the job ends. */
export function leaveMessage(baseDir: string, message: string): void {
    mkdirSync(join(baseDir, "output"), { recursive: true });
    // AWS fails a job whose message is not UTF-8, as one that is cut within a character would not be.
    const cut = Buffer.from(message)
        .subarray(0, MESSAGE_BYTES_MAX)
        .toString()
        .replace(/\ufffd+$/, "");
    writeFileSync(join(baseDir, "output/message"), cut);
}

function readConfig<Schema extends z.ZodType>(
    baseDir: string,
    name: string,
    schema: Schema,
): z.output<Schema> {
    const path = join(baseDir, "config", name);
    if (!existsSync(path)) throw new Error(`SageMaker has left no ${path}`);
    const { data, error } = schema.safeParse(JSON.parse(readFileSync(path, "utf8")));
    if (error === undefined) return data;
    const problems = error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new Error(`${path} cannot be used: ${problems.join("; ")}`);
}

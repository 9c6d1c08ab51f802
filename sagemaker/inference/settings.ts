import { z } from "zod";

const MIB = 1_048_576;

const wholeNumber = (min: number, max: number) => {
    const allowed = `a whole number, ${min} to ${max}`;
    return z
        .string()
        .regex(/^\d+$/, allowed)
        .transform(Number)
        .pipe(z.int(allowed).min(min, allowed).max(max, allowed));
};

/** The variables of the container's environment, named and described as users set them. */
const environmentSchema = z.object({
    /** Where SageMaker wants the server. 0 takes any port that is free. */
    SAGEMAKER_BIND_TO_PORT: wholeNumber(0, 65_535).default(8080),
    /** Address to listen at: outside a container 127.0.0.1, so that other machines do not reach it. */
    BIND_ADDRESS: z.string().min(1, "an address").default("0.0.0.0"),
    /** Largest body of a request. Batch Transform sends up to its MaxPayloadInMB, 6 by default. */
    MAX_BODY_BYTES: wholeNumber(1_024, 100 * MIB).default(6 * MIB),
    /** Most rows of a request. */
    MAX_ROWS: wholeNumber(1, 1_000_000).default(10_000),
    /** Invocations that may be under way: their number times MAX_BODY_BYTES is what their bodies can take. */
    MAX_QUEUE: wholeNumber(1, 10_000).default(64),
    /**
     * Memory for models, of which the largest of 100 trees, 10 deep, take 40 MiB each. More of them are refused with 507,
     * whereupon SageMaker unloads some.
     */
    MODEL_MEMORY_MIB: wholeNumber(1, 1_048_576).default(2_048),
    /** Time for receiving a request, and again for its predictions. SageMaker waits 60 s for an answer. */
    REQUEST_MILLISECONDS: wholeNumber(1, 3_600_000).default(55_000),
    /** Time for requests under way once the server is told to stop. SageMaker kills it 30 s after. */
    DRAIN_MILLISECONDS: wholeNumber(0, 600_000).default(25_000),
    /** SageMaker's folder; another where a process stands for the container. */
    SAGEMAKER_BASE_DIR: z.string().min(1, "a folder").default("/opt/ml"),
});

export interface ServerSettings {
    readonly port: number;
    readonly address: string;
    readonly maxBodyBytes: number;
    readonly maxRows: number;
    readonly maxQueue: number;
    readonly modelMemoryBytes: number;
    readonly requestMilliseconds: number;
    readonly drainMilliseconds: number;
    readonly baseDir: string;
}

/**
 * The server's settings, from the variables of its environment.
 * @throws Error listing every variable that is not usable: what it holds, what is allowed
 */
export function readSettings(environment: NodeJS.ProcessEnv): ServerSettings {
    const { data, error } = environmentSchema.safeParse(environment);
    if (error !== undefined) {
        const problems = error.issues.map(({ path, message }) => {
            const name = path.join(".");
            return `  - ${name}: got ${JSON.stringify(environment[name])}, allowed: ${message}`;
        });
        throw new Error(`The environment of the server cannot be used:\n${problems.join("\n")}`);
    }
    return {
        port: data.SAGEMAKER_BIND_TO_PORT,
        address: data.BIND_ADDRESS,
        maxBodyBytes: data.MAX_BODY_BYTES,
        maxRows: data.MAX_ROWS,
        maxQueue: data.MAX_QUEUE,
        modelMemoryBytes: data.MODEL_MEMORY_MIB * MIB,
        requestMilliseconds: data.REQUEST_MILLISECONDS,
        drainMilliseconds: data.DRAIN_MILLISECONDS,
        baseDir: data.SAGEMAKER_BASE_DIR,
    };
}

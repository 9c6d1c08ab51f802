import { z } from "zod";
import { PAIRS, type Pair } from "../../config/pairs";

const ALLOWED_PAIRS = `pairs separated by commas, none twice, of ${PAIRS.join(", ")}`;
const ALLOWED_INSTANT = "an instant such as 2017-10-01T00:00:00Z";

const text = z.string({ error: "a text" }).min(1, "a text");
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
    /** Where feature values come from. */
    SOURCE: z.enum(["bars", "tables"], "bars or tables").default("bars"),
    /** Pairs of the dataset. Features of each look across all 28. */
    PAIRS: text
        .transform((names) => names.split(",").map((name) => name.trim()))
        .refine(arePairs, ALLOWED_PAIRS)
        .optional(),
    /** Bars from this instant on are not read. */
    TO: text
        .transform((instant) => Date.parse(instant))
        .refine(Number.isFinite, ALLOWED_INSTANT)
        .default(Infinity),
    /** Days of bars, back from the newest one. */
    HISTORY_DAYS: wholeNumber(1, 36_500).default(365),
    DATABASE_HOST: text,
    DATABASE_PORT: wholeNumber(1, 65_535),
    DATABASE_NAME: text,
    /** Secret with `username` and `password`, as JSON. */
    DATABASE_SECRET_ARN: text,
});

export interface JobSettings {
    readonly source: "bars" | "tables";
    readonly pairs: readonly Pair[];
    /** Milliseconds UTC; Infinity for all bars. */
    readonly toMs: number;
    readonly historyDays: number;
    readonly database: {
        readonly host: string;
        readonly port: number;
        readonly name: string;
        readonly secretArn: string;
    };
    /** SageMaker's folder in the container. */
    readonly baseDir: string;
}

/**
 * The job's settings, from the variables of its environment.
 * @throws Error listing every variable that is not usable: what it holds, what is allowed
 */
export function readSettings(environment: NodeJS.ProcessEnv): JobSettings {
    const { data, error } = environmentSchema.safeParse(environment);
    if (error !== undefined) {
        const problems = error.issues.map(({ path, message }) => {
            const name = path.join(".");
            const value = environment[name];
            const got = value === undefined ? "nothing" : JSON.stringify(value);
            return `  - ${name}: got ${got}, allowed: ${message}`;
        });
        throw new Error(`The environment of the job cannot be used:\n${problems.join("\n")}`);
    }
    return {
        source: data.SOURCE,
        pairs: data.PAIRS ?? PAIRS,
        toMs: data.TO,
        historyDays: data.HISTORY_DAYS,
        database: {
            host: data.DATABASE_HOST,
            port: data.DATABASE_PORT,
            name: data.DATABASE_NAME,
            secretArn: data.DATABASE_SECRET_ARN,
        },
        baseDir: baseDirOf(environment),
    };
}

/** SageMaker's folder; another where a process stands for the container. */
export function baseDirOf({ SAGEMAKER_BASE_DIR: baseDir = "/opt/ml" }: NodeJS.ProcessEnv): string {
    return baseDir;
}

function arePairs(names: readonly string[]): names is readonly Pair[] {
    return new Set(names).size === names.length && names.every((name) => PAIRS.some((pair) => pair === name));
}

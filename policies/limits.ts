import type { Environment } from "../config/environment";

/** The work that SageMaker instances do. */
export type InstanceUse = "endpoint" | "training" | "processing" | "tuning" | "transform";

export interface InstanceLimit {
    readonly types: readonly string[];
    /** Instances of one variant or job. */
    readonly maxCount: number;
    readonly reason: string;
}

export interface DatabaseLimit {
    readonly classes: readonly string[];
    /** Upper end of an Aurora Serverless v2 cluster, in ACU of about 2 GiB each. */
    readonly maxCapacityAcu: number;
    readonly reason: string;
}

export interface CacheLimit {
    readonly types: readonly string[];
    /** Primary and replicas of all shards. */
    readonly maxNodes: number;
    readonly reason: string;
}

type PerEnvironment<T> = Readonly<Record<Environment, T>>;

/** The `local` stack runs on this machine; it keeps to the sizes of `dev`, so that it shows the same mistakes. */
function devAndProd<T>(dev: T, prod: T): PerEnvironment<T> {
    return { dev, prod, local: dev };
}

const DEV_JOB: InstanceLimit = {
    types: ["ml.m5.large", "ml.m5.xlarge", "ml.m5.2xlarge"],
    maxCount: 1,
    reason: "The plan's job runs on one ml.m5.2xlarge ($0.461 an hour); a trial needs no more.",
};

const PROD_JOB: InstanceLimit = {
    types: ["ml.m5.xlarge", "ml.m5.2xlarge", "ml.m5.4xlarge"],
    maxCount: 1,
    reason: "One pair a job: 28 jobs of 15 minutes on ml.m5.2xlarge cost $3.23, and more memory helps, not more machines.",
};

/** SageMaker instances, by what they do. */
export const INSTANCE_LIMITS: Readonly<Record<InstanceUse, PerEnvironment<InstanceLimit>>> = {
    endpoint: devAndProd(
        {
            types: ["ml.t2.medium", "ml.m5.large", "ml.m5.xlarge"],
            maxCount: 2,
            reason: "A canary needs two instances; two ml.m5.xlarge are $336 a month.",
        },
        {
            types: ["ml.m5.large", "ml.m5.xlarge", "ml.m5.2xlarge"],
            maxCount: 4,
            reason: "The plan serves 28 models from one ml.m5.2xlarge and scales to 4 at most.",
        },
    ),
    training: devAndProd(DEV_JOB, PROD_JOB),
    processing: devAndProd(
        {
            ...DEV_JOB,
            maxCount: 2,
            reason: "A year of 28 pairs takes one ml.m5.2xlarge some minutes ($0.461 an hour); two show that sharding works.",
        },
        {
            ...PROD_JOB,
            maxCount: 4,
            reason: "Pairs are spread over instances, but each fits the parameters of all 28: beyond four it costs more than it gains.",
        },
    ),
    tuning: devAndProd(DEV_JOB, PROD_JOB),
    transform: devAndProd(DEV_JOB, PROD_JOB),
};

/** Aurora clusters and their instances. */
export const DATABASE_LIMITS: PerEnvironment<DatabaseLimit> = devAndProd(
    {
        classes: ["db.serverless", "db.t4g.medium"],
        maxCapacityAcu: 8,
        reason: "8 ACU are $23 a day at $0.12 an ACU-hour: a forgotten load test shows in the budget before it is dear.",
    },
    {
        classes: ["db.serverless", "db.t4g.medium", "db.t4g.large", "db.r7g.large"],
        maxCapacityAcu: 16,
        reason: "16 ACU are $46 a day at $0.12 an ACU-hour: room to load a year of bars, not to run so for a month.",
    },
);

/** ElastiCache nodes. */
export const CACHE_LIMITS: PerEnvironment<CacheLimit> = devAndProd(
    {
        types: ["cache.t4g.micro", "cache.t4g.small"],
        maxNodes: 2,
        reason: "The newest row of 28 pairs is a few megabytes; a second node is enough to try a failover.",
    },
    {
        types: ["cache.t4g.micro", "cache.t4g.small", "cache.t4g.medium"],
        maxNodes: 3,
        reason: "One node in each Availability Zone; the data is small.",
    },
);

/** Lambda functions, the same in every environment: a function that needs more is doing a job's work. */
export const LAMBDA_LIMITS = {
    /** Node 22 is what the code is tested on; AWS ends its support on 2027-04-30. */
    runtimes: ["nodejs22.x"],
    /** 1,769 MB is one whole CPU; the plan gives feature extraction 3,008, and the refresh computes 30,000 values in its second. */
    memoryMb: { min: 128, max: 3008 },
    /** A refresh runs each minute: one that takes five is stuck. */
    timeoutSeconds: { min: 1, max: 300 },
    /** An account has 1,000 at first. 0 switches a function off, and none at all lets one use up every other's share. */
    reservedConcurrency: { min: 1, max: 100 },
} as const;

/** Least days of point-in-time recovery of a database. */
export const BACKUP_DAYS: PerEnvironment<number> = devAndProd(1, 7);

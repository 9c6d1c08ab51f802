import { z } from "zod";
import type { Environment } from "./environment";
import { imageTag, instanceType, volumeGb } from "./fields";
import { PAIRS } from "./pairs";
import { TAG_VALUE, TAG_VALUE_RULE } from "./tags";
import { trainingSchema } from "./training";

/** Retention periods that CloudWatch Logs accepts, in days. */
const LOG_RETENTION_DAYS = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** AWS services that can be reached by a VPC interface endpoint instead of a NAT gateway. */
const INTERFACE_ENDPOINTS = [
    ...["secretsmanager", "monitoring", "logs", "sts", "sns", "states", "lambda"],
    ...["sagemaker.api", "sagemaker.runtime", "ecr.api", "ecr.dkr"],
] as const;

/** Without a NAT gateway, what runs in the private subnets reaches nothing but these; it cannot do without them. */
const ENDPOINTS_NEEDED_WITHOUT_NAT = ["secretsmanager", "monitoring", "logs", "sagemaker.runtime"] as const;

const VPC_RANGE = "a range of /16 to /20 from its first address on, such as 10.20.0.0/16";

const days = (min: number, max: number) => z.int().min(min).max(max);
const arn = (service: string) =>
    z.string().regex(new RegExp(`^arn:aws[a-z-]*:${service}:[a-z0-9-]*:\\d{12}:.+$`), `an ARN of ${service}`);
const tagValue = () => z.string().regex(TAG_VALUE, TAG_VALUE_RULE);
const setOf = <T extends string>(entry: z.ZodType<T>) =>
    z
        .array(entry)
        .refine((entries) => new Set(entries).size === entries.length, "no entry twice")
        .default([]);

const network = z.strictObject({
    cidrBlock: z
        .cidrv4({ error: VPC_RANGE, abort: true })
        .refine(isVpcRange, VPC_RANGE)
        .default("10.20.0.0/16")
        .describe("Address range of the VPC, /16 to /20"),
    availabilityZones: z.int().min(2).max(3).default(2).describe("Availability Zones that hold subnets"),
    nat: z
        .enum(["none", "single", "onePerZone"])
        .default("single")
        .describe(
            "NAT gateways: about $33 a month each, and $0.045 per GB; none needs interfaceEndpoints for " +
                ENDPOINTS_NEEDED_WITHOUT_NAT.join(", "),
        ),
    interfaceEndpoints: setOf(z.enum(INTERFACE_ENDPOINTS)).describe(
        "AWS services reached without NAT: about $7.30 a month each per zone, and $0.01 per GB",
    ),
});

const storage = z.strictObject({
    kmsKeyArn: arn("kms")
        .optional()
        .describe("KMS key of the buckets; without one they use S3's own keys (SSE-S3)"),
    noncurrentDays: days(1, 3650).default(90).describe("Days that an overwritten or deleted version is kept"),
    infrequentAccessDays: days(30, 3650)
        .default(30)
        .describe("Age in days at which a dataset moves to the Standard-IA storage class"),
    predictionsDays: days(1, 3650).default(400).describe("Days that captured predictions are kept"),
    forceDestroy: z.boolean().describe("Whether destroying the stack may delete buckets that hold objects"),
});

const images = z.strictObject({
    keptImages: z.int().min(1).max(1000).default(20).describe("Tagged images kept in each repository"),
    untaggedDays: days(1, 365).default(7).describe("Days that an untagged image is kept"),
});

const adoptedCluster = z.strictObject({
    clusterIdentifier: z
        .string()
        .regex(/^[a-z](?:-?[a-z0-9]){0,62}$/, "an RDS cluster identifier")
        .describe("The cluster"),
    credentialsSecretArn: arn("secretsmanager").describe("Secret with username and password"),
    securityGroupId: z
        .string()
        .regex(/^sg-[0-9a-f]{8,17}$/, "a security group id")
        .describe("Its security group"),
});

const database = z.strictObject({
    adopt: adoptedCluster.optional().describe("Use this Aurora PostgreSQL cluster instead of making one"),
    engineVersion: z
        .string()
        .regex(/^1[5-9]\.\d{1,2}$/, "such as 17.5")
        .default("17.5")
        .describe("Aurora PostgreSQL version"),
    databaseName: z
        .string()
        .regex(/^[a-z][a-z0-9_]{0,62}$/, "a PostgreSQL name")
        .default("bqx")
        .describe("Database in the cluster"),
    instanceClass: z
        .string()
        .regex(/^db\.(serverless|[a-z0-9]+\.[a-z0-9]+)$/, "such as db.serverless")
        .default("db.serverless")
        .describe("Instance class; db.serverless scales by itself between the two capacities"),
    minCapacityAcu: z
        .number()
        .min(0)
        .max(256)
        .multipleOf(0.5)
        .default(0.5)
        .describe("Least capacity, at most maxCapacityAcu; 0.5 is about $44 a month"),
    maxCapacityAcu: z
        .number()
        .min(1)
        .max(256)
        .multipleOf(0.5)
        .default(4)
        .describe("Most capacity, at $0.12 per ACU-hour"),
    readReplica: z
        .boolean()
        .default(false)
        .describe("Whether a second instance serves reads; it costs as much as the first"),
    backupRetentionDays: days(1, 35).default(7).describe("Days of point-in-time recovery"),
    credentialRotationDays: days(1, 365)
        .default(30)
        .describe("Days after which the database's password is changed"),
    deletionProtection: z.boolean().describe("Whether AWS refuses to delete the cluster"),
});

const cache = z.strictObject({
    engineVersion: z
        .string()
        .regex(/^[78]\.\d$/, "such as 8.0")
        .default("8.0")
        .describe("Valkey version"),
    nodeType: z
        .string()
        .regex(/^cache\.[a-z0-9]+\.[a-z0-9]+$/, "such as cache.t4g.micro")
        .default("cache.t4g.micro")
        .describe("Node type; cache.t4g.micro is about $12 a month"),
    replicas: z
        .int()
        .min(0)
        .max(5)
        .default(0)
        .describe("Replica nodes; with one or more the cache fails over by itself"),
    snapshotRetentionDays: days(1, 35).default(1).describe("Days that daily snapshots are kept"),
    authTokenVersion: z.int().min(1).default(1).describe("Raise it by one to change the cache's auth token"),
});

const processing = z.strictObject({
    source: z
        .enum(["bars", "tables"])
        .default("bars")
        .describe("Where feature values come from: computed from bars, or read from the feature tables"),
    historyDays: days(30, 3650)
        .default(365)
        .describe("Days of bars that a dataset covers, back from the newest one"),
    imageTag: imageTag().default("0.1.0").describe("Tag of the processing image that jobs run"),
    instanceType: instanceType()
        .default("ml.m5.2xlarge")
        .describe("Instance type of a job; ml.m5.2xlarge is $0.461 an hour"),
    instanceCount: z
        .int()
        .min(1)
        .max(PAIRS.length)
        .default(1)
        .describe("Instances of a job, which share the pairs; each fits the parameters of all 28 for itself"),
    volumeGb: volumeGb()
        .default(100)
        .describe("Disk of each instance, at $0.14 per GB-month while a job runs"),
    maxRuntimeSeconds: z
        .int()
        .min(600)
        .max(86_400)
        .default(7_200)
        .describe("Time after which AWS stops a job"),
});

const refresh = z.strictObject({
    retentionDays: days(5, 90)
        .default(10)
        .describe("Days of feature rows in the database: the hot window that inference reads"),
    memoryMb: z
        .int()
        .min(1769)
        .max(3008)
        .default(3008)
        .describe(
            "Memory of the function that refreshes features; its share of CPU grows with it, 1769 is one whole",
        ),
    timeoutSeconds: z
        .int()
        .min(60)
        .max(300)
        .default(120)
        .describe("Time of one run; what a gap needs beyond it, the next run goes on with"),
});

const registry = z.strictObject({
    readerAccounts: setOf(z.string().regex(/^\d{12}$/, "a 12-digit account id")).describe(
        "Accounts whose stacks may read and deploy this registry's packages",
    ),
});

const emails = setOf(z.email("an e-mail address"));
const alerts = z.strictObject({
    criticalEmails: emails.describe("Who is written to when the service fails"),
    warningEmails: emails.describe("Who is written to when something needs a look"),
    infoEmails: emails.describe("Who is written to about each change"),
    slack: z
        .strictObject({
            workspaceId: z
                .string()
                .regex(/^T[A-Z0-9]{8,}$/, "a Slack workspace id")
                .describe("Workspace, as AWS Chatbot knows it"),
            channelId: z
                .string()
                .regex(/^[CG][A-Z0-9]{8,}$/, "a Slack channel id")
                .describe("Channel that gets every alert"),
        })
        .optional()
        .describe("Slack channel, through AWS Chatbot"),
});

const billing = z.strictObject({
    budgetUsd: z
        .number()
        .min(1)
        .max(100_000)
        .default(500)
        .describe("Monthly budget of everything with this project's tags"),
    alarmsUsd: z
        .array(z.number().min(1).max(100_000))
        .min(1)
        .max(4)
        .refine(
            (usd) => usd.every((amount, i) => i === 0 || amount > (usd[i - 1] ?? 0)),
            "amounts that rise from one to the next",
        )
        .default([450, 500, 550, 600])
        .describe("Spend in a month at which an alert goes out, rising; the last two are critical"),
    activateCostAllocationTags: z
        .boolean()
        .default(false)
        .describe(
            "Whether this stack turns the tags on for billing; only the payer account can, and only one stack should",
        ),
});

const logs = z.strictObject({
    retentionDays: z
        .literal(LOG_RETENTION_DAYS)
        .default(30)
        .describe("Days that logs are kept, at $0.50 per GB taken in"),
});

/** Rules between the settings of one section, each reported at the setting that a user would change. */
const networkRules = network.superRefine(
    ({ nat, interfaceEndpoints }, context) => {
        const missing = ENDPOINTS_NEEDED_WITHOUT_NAT.filter(
            (service) => !interfaceEndpoints.includes(service),
        );
        if (nat === "none" && missing.length > 0) {
            refuse(context, "nat", `"none" only with interfaceEndpoints for ${missing.join(", ")} too`);
        }
    },
    whenUsable(network.pick({ nat: true, interfaceEndpoints: true })),
);

function databaseRules(isProd: boolean) {
    const { deletionProtection } = database.shape;
    return database.extend({ deletionProtection: deletionProtection.default(isProd) }).superRefine(
        ({ minCapacityAcu, maxCapacityAcu }, context) => {
            if (minCapacityAcu > maxCapacityAcu) {
                refuse(context, "minCapacityAcu", `at most maxCapacityAcu, ${maxCapacityAcu}`);
            }
        },
        whenUsable(database.pick({ minCapacityAcu: true, maxCapacityAcu: true })),
    );
}

/** Has a rule run wherever the settings that it reads are usable, so that a fault in another hides nothing. */
function whenUsable(settings: z.ZodObject) {
    return { when: ({ value }: z.core.ParsePayload) => settings.strip().safeParse(value).success };
}

function refuse(context: z.RefinementCtx, key: string, allowed: string): void {
    context.addIssue({ code: "custom", path: [key], message: allowed });
}

/** AWS would move a range that does not start at its own beginning, and every preview would show the difference. */
function isVpcRange(cidrBlock: string): boolean {
    const [address = "", prefix] = cidrBlock.split("/");
    const first = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
    const bits = Number(prefix);
    return bits >= 16 && bits <= 20 && first % 2 ** (32 - bits) === 0;
}

/** All settings of a stack. Defaults are the plan's numbers; two of them depend on the environment. */
export function settingsSchema(environment: Environment) {
    const { forceDestroy } = storage.shape;
    const storageRules = storage.extend({ forceDestroy: forceDestroy.default(environment === "local") });
    return z.strictObject({
        owner: tagValue().describe("Team that answers for the stack; the Owner tag"),
        costCenter: tagValue().describe("Who pays; the CostCenter tag"),
        network: networkRules.prefault({}).describe("VPC, subnets and ways out"),
        storage: storageRules.prefault({}).describe("The three buckets"),
        images: images.prefault({}).describe("The three image repositories"),
        database: databaseRules(environment === "prod")
            .prefault({})
            .describe("Aurora PostgreSQL: bars and the hot window of features"),
        cache: cache.prefault({}).describe("ElastiCache for Valkey: the newest feature rows"),
        processing: processing.prefault({}).describe("Jobs that make datasets of features and targets"),
        refresh: refresh.prefault({}).describe("The function that keeps features at the newest minute"),
        training: trainingSchema(environment)
            .prefault({})
            .describe("Jobs that fit a model for each pair, and the state machine that runs them"),
        registry: registry.prefault({}).describe("The model package group"),
        alerts: alerts.prefault({}).describe("Who hears of what"),
        billing: billing.prefault({}).describe("Budget and cost alarms"),
        logs: logs.prefault({}).describe("CloudWatch Logs"),
    });
}

export type Settings = z.output<ReturnType<typeof settingsSchema>>;

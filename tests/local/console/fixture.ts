import { stagesOf, type ServiceStatus, type StackStatus } from "../../../local/console/status";
import type { ResourceRecord } from "../../../local/services/service";

/** A resource of the fixture: its chain of types from the stage down, its logical name, its id. */
type Deployed = readonly [types: string, name: string, id: string];

const NETWORK: readonly Deployed[] = [
    ["awsx:ec2:Vpc$aws:ec2/vpc:Vpc", "network-vpc", "vpc-0c1f5a3be8d24a771"],
    ["awsx:ec2:Vpc$aws:ec2/subnet:Subnet", "network-vpc-private-1", "subnet-0a6e41f7c3b95d102"],
    ["awsx:ec2:Vpc$aws:ec2/subnet:Subnet", "network-vpc-private-2", "subnet-0d2b87e4f16ac3590"],
    ["awsx:ec2:Vpc$aws:ec2/routeTable:RouteTable", "network-vpc-private-1", "rtb-04cd1e92a7f8b6350"],
    ["awsx:ec2:Vpc$aws:ec2/routeTable:RouteTable", "network-vpc-private-2", "rtb-0be37a58c94d1f602"],
    ["aws:ec2/securityGroup:SecurityGroup", "network-database", "sg-07f2ce5a19b84d360"],
    ["aws:ec2/securityGroup:SecurityGroup", "network-cache", "sg-0319ad6c58e7f2b40"],
    ["aws:ec2/vpcEndpoint:VpcEndpoint", "network-s3", "vpce-0e58b2d7fa1c63940"],
];

const STORAGE: readonly Deployed[] = ["models", "datasets", "predictions"].flatMap((base): Deployed[] => {
    const bucket = `bqx-ml-${base}-000000000042-dev`;
    return [
        ["aws:s3/bucket:Bucket", base, bucket],
        ["aws:s3/bucketVersioning:BucketVersioning", base, bucket],
        ["aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", base, bucket],
        ["aws:s3/bucketPolicy:BucketPolicy", base, bucket],
    ];
});

const IMAGES: readonly Deployed[] = ["processing", "training", "inference"].flatMap((base): Deployed[] => [
    ["aws:ecr/repository:Repository", base, `bqx-ml-${base}-dev`],
    ["aws:ecr/lifecyclePolicy:LifecyclePolicy", base, `bqx-ml-${base}-dev`],
]);

const FEATURE_STORE: readonly Deployed[] = [
    ["aws:rds/subnetGroup:SubnetGroup", "database", "bqx-ml-dev"],
    ["aws:rds/cluster:Cluster", "database", "bqx-ml-features-dev"],
    ["aws:rds/clusterInstance:ClusterInstance", "database-writer", "bqx-ml-features-dev-1"],
    ["aws:secretsmanager/secret:Secret", "database-credentials", "bqx-ml/dev/database"],
    ["aws:secretsmanager/secretVersion:SecretVersion", "database-credentials", "bqx-ml/dev/database|1f0c94"],
    ["aws:elasticache/replicationGroup:ReplicationGroup", "cache", "bqx-ml-features-dev"],
];

const REGISTRY: readonly Deployed[] = [
    ["aws:sagemaker/modelPackageGroup:ModelPackageGroup", "models", "bqx-ml-models-dev"],
    ["aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy", "models", "bqx-ml-models-dev"],
];

const ALERTS: readonly Deployed[] = ["critical", "warning", "info"].flatMap((base): Deployed[] => [
    ["aws:sns/topic:Topic", base, `arn:aws:sns:us-east-1:000000000042:bqx-ml-${base}-dev`],
    ["aws:sns/topicSubscription:TopicSubscription", `${base}-email`, `bqx-ml-${base}-dev:5b0e`],
]);

const BILLING: readonly Deployed[] = [
    ["aws:budgets/budget:Budget", "monthly", "000000000042:bqx-ml-dev"],
    ["aws:cloudwatch/metricAlarm:MetricAlarm", "spend-450", "bqx-ml-spend-450-dev"],
    ["aws:cloudwatch/metricAlarm:MetricAlarm", "spend-500", "bqx-ml-spend-500-dev"],
];

/** Records of all seven stages, with an input that must never reach the console. */
export const RECORDS: readonly ResourceRecord[] = Object.entries({
    Network: NETWORK,
    Storage: STORAGE,
    Images: IMAGES,
    FeatureStore: FEATURE_STORE,
    Registry: REGISTRY,
    Alerts: ALERTS,
    Billing: BILLING,
}).flatMap(([stage, resources]) => resources.map((resource) => recordOf(`bqx:stage:${stage}`, ...resource)));

/** A record as the local provider makes it. `parents` are the types above the resource, joined by `$`; may be "". */
export function recordOf(parents: string, types: string, name: string, id: string): ResourceRecord {
    const chain = parents === "" ? types : `${parents}$${types}`;
    return {
        urn: `urn:pulumi:dev::bqx-ml::${chain}::${name}`,
        type: types.slice(types.lastIndexOf("$") + 1),
        id,
        inputs: { masterPassword: "hunter2" },
        outputs: { masterPassword: "hunter2" },
        secretKeys: ["masterPassword"],
    };
}

const LOADED_AT = Date.now();

const SERVICES: readonly ServiceStatus[] = [
    {
        name: "postgres",
        title: "Aurora PostgreSQL",
        healthy: true,
        detail: "PostgreSQL 18.4 serves bqx-ml-features-dev.",
        address: "127.0.0.1:4310",
        figures: [
            { label: "connections", value: 6, unit: "" },
            { label: "on disk", value: 48_230_400, unit: "bytes" },
            { label: "median query", value: 1.8, unit: "milliseconds" },
        ],
    },
    {
        name: "cache",
        title: "ElastiCache",
        healthy: true,
        detail: "Valkey serves bqx-ml-features-dev with TLS and a password.",
        address: "127.0.0.1:4311",
        figures: [
            { label: "keys", value: 28, unit: "" },
            { label: "in memory", value: 1_204_000, unit: "bytes" },
        ],
    },
    {
        name: "s3",
        title: "S3",
        healthy: true,
        detail: "3 buckets in a folder of this stack.",
        figures: [
            { label: "objects", value: 1_284, unit: "" },
            { label: "stored", value: 734_003_200, unit: "bytes" },
        ],
    },
    {
        name: "secretsmanager",
        title: "Secrets Manager",
        healthy: true,
        detail: "Secrets are encrypted at rest with the stack's own key.",
        figures: [{ label: "secrets", value: 1, unit: "" }],
    },
    {
        name: "sns",
        title: "SNS",
        healthy: true,
        detail: "Messages are kept here; none leaves this machine.",
        figures: [
            { label: "topics", value: 3, unit: "" },
            { label: "published", value: 2, unit: "" },
        ],
    },
    {
        name: "cloudwatch",
        title: "CloudWatch",
        healthy: true,
        detail: "Evaluates the alarms each minute.",
        figures: [
            { label: "alarms", value: 2, unit: "" },
            { label: "metrics", value: 17, unit: "" },
        ],
    },
];

const RESOURCE_TYPES: Readonly<Record<string, readonly string[]>> = {
    postgres: ["aws:rds/cluster:Cluster"],
    cache: ["aws:elasticache/replicationGroup:ReplicationGroup"],
    s3: ["aws:s3/bucket:Bucket"],
    secretsmanager: ["aws:secretsmanager/secret:Secret"],
    sns: ["aws:sns/topic:Topic"],
    cloudwatch: ["aws:cloudwatch/metricAlarm:MetricAlarm"],
};

/** A stack with all seven stages, one alarm and two notifications. `unhealthy` names services that fail. */
export function stackStatus(unhealthy: readonly string[] = [], records = RECORDS): StackStatus {
    const services = SERVICES.map((service) =>
        unhealthy.includes(service.name)
            ? { ...service, healthy: false, detail: "It has stopped. ./bqx up starts it again.", figures: [] }
            : service,
    );
    return {
        project: "bqx-ml",
        stack: "dev",
        target: "local",
        account: "000000000042",
        region: "us-east-1",
        startedAt: minutesAgo(192),
        now: new Date().toISOString(),
        services,
        stages: stagesOf(
            records,
            services.map(({ name, healthy }) => ({
                name,
                healthy,
                resourceTypes: RESOURCE_TYPES[name] ?? [],
            })),
        ),
        deployment: {
            state: "succeeded",
            at: minutesAgo(190),
            seconds: 14.2,
            changes: { create: 4, update: 1, replace: 0, delete: 0, same: 38 },
        },
        alarms: [
            {
                name: "bqx-ml-spend-450-dev",
                state: "INSUFFICIENT_DATA",
                reason: "No data points were received yet.",
                metricName: "EstimatedCharges",
                namespace: "AWS/Billing",
                threshold: 450,
                updatedAt: minutesAgo(190),
            },
            {
                name: "bqx-ml-database-connections-dev",
                state: "OK",
                reason: "1 data point (6.0) was not above the threshold (80.0).",
                metricName: "DatabaseConnections",
                namespace: "AWS/RDS",
                threshold: 80,
                updatedAt: minutesAgo(185),
            },
        ],
        notifications: [
            {
                topic: "bqx-ml-warning-dev",
                subject: "Database failover drill",
                at: minutesAgo(60),
                deliveries: [],
            },
            {
                topic: "bqx-ml-info-dev",
                subject: "Deployment of dev succeeded",
                at: minutesAgo(189),
                deliveries: ["email ops@example.com: kept here, not sent"],
            },
        ],
        budget: { limitUsd: 600, alarmsUsd: [450, 500, 550, 600] },
        endpoint: null,
        pairs: [],
    };
}

/** Counted from when this file was loaded, so that two statuses differ only in what a test changes. */
function minutesAgo(minutes: number): string {
    return new Date(LOADED_AT - minutes * 60_000).toISOString();
}

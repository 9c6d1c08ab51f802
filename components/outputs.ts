import type * as pulumi from "@pulumi/pulumi";
import type { TopicArns } from "./alerts";
import type { CacheConnection, DatabaseConnection } from "./featureStore";
import type { RepositoryOutputs } from "./images";
import type { RepositoryKey } from "./images/plan";
import type { SecurityGroupIds } from "./network";
import type { BucketOutputs } from "./storage";
import type { BucketKey } from "./storage/plan";

/** What the program tells about a stack: `pulumi stack output` shows it, and the command line and the console read it. */
export interface StackOutputs {
    readonly account: string;
    readonly region: string;
    readonly network: {
        readonly vpcId: pulumi.Output<string>;
        /** Where everything runs, one in each Availability Zone. */
        readonly privateSubnetIds: pulumi.Output<string[]>;
        readonly securityGroups: SecurityGroupIds;
    };
    /** The buckets by what they hold. */
    readonly buckets: Readonly<Record<BucketKey, BucketOutputs>>;
    /** The image repositories by what their containers do. */
    readonly repositories: Readonly<Record<RepositoryKey, RepositoryOutputs>>;
    /** Aurora PostgreSQL; credentials are in its secret. */
    readonly database: DatabaseConnection;
    /** ElastiCache for Valkey; the auth token is in its secret. */
    readonly cache: CacheConnection;
    /** The state machine that makes datasets. */
    readonly processing: { readonly stateMachineArn: pulumi.Output<string> };
    /** The state machine that trains and registers models. */
    readonly training: { readonly stateMachineArn: pulumi.Output<string> };
    /** The function that refreshes features each minute. */
    readonly inference: { readonly refreshFunctionName: pulumi.Output<string> };
    /** The model package group. */
    readonly registry: {
        readonly groupName: pulumi.Output<string>;
        readonly groupArn: pulumi.Output<string>;
    };
    /** The alert topics by severity. */
    readonly topicArns: TopicArns;
    /** Name of the monthly budget. */
    readonly budgetName: pulumi.Output<string>;
}

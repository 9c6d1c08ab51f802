import type * as pulumi from "@pulumi/pulumi";
import type { TopicArns } from "../alerts";
import type { StackScope } from "../scope";

export interface FeatureStoreArgs {
    /** The stack; `settings.database`, `settings.cache` and `settings.logs` say what is made. */
    readonly scope: StackScope;
    /** Where both stores live, and the groups that say who reaches them. */
    readonly network: {
        readonly privateSubnetIds: pulumi.Input<string[]>;
        /** `database` is the adopted cluster's own where there is one. */
        readonly securityGroups: Readonly<Record<"database" | "cache", pulumi.Input<string>>>;
    };
    /** Where the alarms of both stores go. */
    readonly topicArns: TopicArns;
}

/** How to reach Aurora. */
export interface DatabaseConnection {
    readonly clusterIdentifier: pulumi.Output<string>;
    /** Host that takes reads and writes. */
    readonly host: pulumi.Output<string>;
    /** Host that spreads reads over the replicas; without one it leads to the writer. */
    readonly readerHost: pulumi.Output<string>;
    readonly port: pulumi.Output<number>;
    readonly databaseName: pulumi.Output<string>;
    /** Secret with `username` and `password`, as JSON. */
    readonly secretArn: pulumi.Output<string>;
    /** Security group of the cluster, open to Lambdas and jobs alone. */
    readonly securityGroupId: pulumi.Output<string>;
}

/** How to reach the cache, over TLS. */
export interface CacheConnection {
    /** Host of the primary, which takes reads and writes. */
    readonly host: pulumi.Output<string>;
    readonly port: pulumi.Output<number>;
    /** Secret with `token`, as JSON. */
    readonly secretArn: pulumi.Output<string>;
}

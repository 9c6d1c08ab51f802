import * as pulumi from "@pulumi/pulumi";
import { stageType } from "../scope";
import { createCache } from "./cache";
import { adoptDatabase, createDatabase } from "./database";
import type { CacheConnection, DatabaseConnection, FeatureStoreArgs } from "./types";

export type { CacheConnection, DatabaseConnection, FeatureStoreArgs } from "./types";

/**
 * The two stores that predictions read: Aurora PostgreSQL with bars and the hot window of features, and ElastiCache for
 * Valkey with the newest row of each pair. Both are private, encrypted and backed up.
 *
 * ```ts
 * new FeatureStore("feature-store", { scope, network, topicArns: alerts.topicArns });
 * ```
 *
 * With `database.adopt` it makes no cluster and uses yours. `database.readReplica` and `cache.replicas` add instances that
 * take over. Raising `cache.authTokenVersion` changes the cache's token: the old one goes on working until the next change.
 *
 * Cost a month: $44 for 0.5 ACU, the same again for a read replica; $12 a cache node; $0.80 for the two secrets; $0.10 an
 * alarm (two, and three a cache node); storage $0.10 a GB.
 */
export class FeatureStore extends pulumi.ComponentResource {
    /** How to reach Aurora. */
    readonly database: DatabaseConnection;
    /** How to reach the cache. */
    readonly cache: CacheConnection;

    constructor(name: string, args: FeatureStoreArgs, opts?: pulumi.ComponentResourceOptions) {
        super(stageType("featureStore"), name, {}, opts);
        const { adopt } = args.scope.settings.database;
        const child = { parent: this };

        this.database =
            adopt === undefined ? createDatabase(name, args, child) : adoptDatabase(args, adopt, child);
        this.cache = createCache(name, args, child);
        this.registerOutputs({ database: this.database, cache: this.cache });
    }
}

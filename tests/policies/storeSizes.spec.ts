import { CACHE_LIMITS, DATABASE_LIMITS } from "../../policies/limits";
import { databaseSizes } from "../../policies/rules/databaseSizes";
import { cacheSizes } from "../../policies/rules/cacheSizes";
import { breaks, sizeMessage, unknownIn } from "./breaks";

breaks(databaseSizes, [
    {
        type: "rds/clusterInstance:ClusterInstance",
        set: { instanceClass: "db.r6g.16xlarge" },
        stack: "prod",
        expected: [
            sizeMessage(
                'instanceClass is "db.r6g.16xlarge"; allowed in prod: db.serverless, db.t4g.medium, db.t4g.large, db.r7g.large',
                DATABASE_LIMITS.prod.reason,
            ),
        ],
    },
    {
        type: "rds/clusterInstance:ClusterInstance",
        set: { instanceClass: "db.r7g.large" },
        expected: [
            sizeMessage(
                'instanceClass is "db.r7g.large"; allowed in dev: db.serverless, db.t4g.medium',
                DATABASE_LIMITS.dev.reason,
            ),
        ],
    },
    {
        type: "rds/clusterInstance:ClusterInstance",
        set: { instanceClass: "db.r7g.large" },
        stack: "prod",
        expected: [],
    },
    {
        type: "rds/instance:Instance",
        set: { instanceClass: "db.m5.24xlarge" },
        expected: [
            sizeMessage(
                'instanceClass is "db.m5.24xlarge"; allowed in dev: db.serverless, db.t4g.medium',
                DATABASE_LIMITS.dev.reason,
            ),
        ],
    },
    {
        type: "rds/cluster:Cluster",
        set: { "serverlessv2ScalingConfiguration.maxCapacity": 9 },
        expected: [
            sizeMessage(
                "serverlessv2ScalingConfiguration.maxCapacity is 9; allowed in dev: at most 8",
                DATABASE_LIMITS.dev.reason,
            ),
        ],
    },
    {
        type: "rds/cluster:Cluster",
        set: { "serverlessv2ScalingConfiguration.maxCapacity": 256 },
        stack: "prod",
        expected: [
            sizeMessage(
                "serverlessv2ScalingConfiguration.maxCapacity is 256; allowed in prod: at most 16",
                DATABASE_LIMITS.prod.reason,
            ),
        ],
    },
    { type: "rds/cluster:Cluster", set: { serverlessv2ScalingConfiguration: undefined }, expected: [] },
    {
        type: "rds/cluster:Cluster",
        set: { dbClusterInstanceClass: "db.r6gd.16xlarge" },
        expected: [
            sizeMessage(
                'dbClusterInstanceClass is "db.r6gd.16xlarge"; allowed in dev: db.serverless, db.t4g.medium',
                DATABASE_LIMITS.dev.reason,
            ),
        ],
    },
    {
        type: "rds/clusterInstance:ClusterInstance",
        unknown: ["instanceClass"],
        stack: "prod",
        expected: [unknownIn("instanceClass")],
    },
    { type: "rds/clusterInstance:ClusterInstance", unknown: ["instanceClass"], expected: [] },
    {
        type: "rds/clusterInstance:ClusterInstance",
        unknown: ["clusterIdentifier"],
        stack: "prod",
        expected: [],
    },
]);

breaks(cacheSizes, [
    {
        type: "elasticache/replicationGroup:ReplicationGroup",
        set: { nodeType: "cache.r7g.16xlarge" },
        stack: "prod",
        expected: [
            sizeMessage(
                'nodeType is "cache.r7g.16xlarge"; allowed in prod: cache.t4g.micro, cache.t4g.small, cache.t4g.medium',
                CACHE_LIMITS.prod.reason,
            ),
        ],
    },
    {
        type: "elasticache/replicationGroup:ReplicationGroup",
        set: { nodeType: undefined },
        expected: [
            sizeMessage(
                "nodeType is not set; allowed in dev: cache.t4g.micro, cache.t4g.small",
                CACHE_LIMITS.dev.reason,
            ),
        ],
    },
    {
        type: "elasticache/replicationGroup:ReplicationGroup",
        set: { numCacheClusters: 3 },
        expected: [sizeMessage("numCacheClusters is 3; allowed in dev: at most 2", CACHE_LIMITS.dev.reason)],
    },
    {
        type: "elasticache/replicationGroup:ReplicationGroup",
        set: { numCacheClusters: 3 },
        stack: "prod",
        expected: [],
    },
    {
        type: "elasticache/replicationGroup:ReplicationGroup",
        set: { numNodeGroups: 2, replicasPerNodeGroup: 1 },
        stack: "prod",
        expected: [
            sizeMessage(
                "numNodeGroups × (replicasPerNodeGroup + 1) is 4; allowed in prod: at most 3",
                CACHE_LIMITS.prod.reason,
            ),
        ],
    },
    {
        type: "elasticache/replicationGroup:ReplicationGroup",
        set: { numNodeGroups: 3 },
        stack: "prod",
        expected: [],
    },
    {
        type: "elasticache/cluster:Cluster",
        set: { numCacheNodes: 40 },
        expected: [sizeMessage("numCacheNodes is 40; allowed in dev: at most 2", CACHE_LIMITS.dev.reason)],
    },
    {
        type: "elasticache/replicationGroup:ReplicationGroup",
        unknown: ["nodeType"],
        stack: "prod",
        expected: [unknownIn("nodeType")],
    },
    { type: "elasticache/replicationGroup:ReplicationGroup", unknown: ["nodeType"], expected: [] },
]);

import { cacheEncrypted } from "../../policies/rules/cacheEncrypted";
import { cacheAuthenticated } from "../../policies/rules/cacheAuthenticated";
import { cacheSnapshots } from "../../policies/rules/cacheSnapshots";
import { breaks, unknownIn } from "./breaks";

breaks(cacheEncrypted, [
    {
        type: "elasticache/replicationGroup:ReplicationGroup",
        set: { transitEncryptionEnabled: false },
        expected: ["transitEncryptionEnabled is false; allowed in dev: true. Set it to true."],
    },
    {
        type: "elasticache/replicationGroup:ReplicationGroup",
        set: { atRestEncryptionEnabled: undefined },
        expected: ["atRestEncryptionEnabled is not set; allowed in dev: true. Set it to true."],
    },
    {
        type: "elasticache/replicationGroup:ReplicationGroup",
        set: { transitEncryptionMode: "preferred" },
        expected: [
            'transitEncryptionMode is "preferred"; allowed in dev: required. Leave it out: the other mode accepts plain connections.',
        ],
    },
    {
        type: "elasticache/replicationGroup:ReplicationGroup",
        set: { transitEncryptionMode: "required" },
        expected: [],
    },
    {
        type: "elasticache/cluster:Cluster",
        set: { replicationGroupId: undefined },
        expected: [
            "a cluster outside a replication group cannot be encrypted at rest; allowed in dev: clusters of an encrypted replication group. Use aws.elasticache.ReplicationGroup.",
        ],
    },
    { type: "elasticache/cluster:Cluster", unknown: ["replicationGroupId"], stack: "prod", expected: [] },
    {
        type: "elasticache/replicationGroup:ReplicationGroup",
        unknown: ["transitEncryptionEnabled"],
        stack: "prod",
        expected: [unknownIn("transitEncryptionEnabled")],
    },
    {
        type: "elasticache/replicationGroup:ReplicationGroup",
        unknown: ["transitEncryptionEnabled"],
        expected: [],
    },
]);

breaks(cacheAuthenticated, [
    {
        type: "elasticache/replicationGroup:ReplicationGroup",
        set: { authToken: undefined },
        expected: [
            "it has neither authToken nor userGroupIds; allowed in dev: one of them. Pass an authToken that is kept in Secrets Manager.",
        ],
    },
    {
        type: "elasticache/replicationGroup:ReplicationGroup",
        set: { authToken: "" },
        expected: [
            "it has neither authToken nor userGroupIds; allowed in dev: one of them. Pass an authToken that is kept in Secrets Manager.",
        ],
    },
    {
        type: "elasticache/replicationGroup:ReplicationGroup",
        set: { authToken: undefined, userGroupIds: [] },
        expected: [
            "it has neither authToken nor userGroupIds; allowed in dev: one of them. Pass an authToken that is kept in Secrets Manager.",
        ],
    },
    {
        type: "elasticache/replicationGroup:ReplicationGroup",
        set: { authToken: undefined, userGroupIds: ["users"] },
        expected: [],
    },
    {
        type: "elasticache/replicationGroup:ReplicationGroup",
        set: { authToken: undefined },
        unknown: ["userGroupIds"],
        stack: "prod",
        expected: [],
    },
    {
        type: "elasticache/replicationGroup:ReplicationGroup",
        unknown: ["authToken"],
        stack: "prod",
        expected: [],
    },
]);

breaks(cacheSnapshots, [
    {
        type: "elasticache/replicationGroup:ReplicationGroup",
        set: { snapshotRetentionLimit: undefined },
        stack: "prod",
        expected: [
            "snapshotRetentionLimit is 0; allowed in prod: 1 to 35. Set it to the days that snapshots are kept.",
        ],
    },
    {
        type: "elasticache/replicationGroup:ReplicationGroup",
        set: { snapshotRetentionLimit: 0 },
        stack: "prod",
        expected: [
            "snapshotRetentionLimit is 0; allowed in prod: 1 to 35. Set it to the days that snapshots are kept.",
        ],
    },
    {
        type: "elasticache/replicationGroup:ReplicationGroup",
        set: { snapshotRetentionLimit: 0 },
        expected: [],
    },
    {
        type: "elasticache/replicationGroup:ReplicationGroup",
        unknown: ["snapshotRetentionLimit"],
        stack: "prod",
        expected: [unknownIn("snapshotRetentionLimit")],
    },
    {
        type: "elasticache/replicationGroup:ReplicationGroup",
        unknown: ["snapshotRetentionLimit"],
        expected: [],
    },
]);

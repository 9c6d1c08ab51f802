import { databasePrivate } from "../../policies/rules/databasePrivate";
import { databaseEncrypted } from "../../policies/rules/databaseEncrypted";
import { databaseBackedUp } from "../../policies/rules/databaseBackedUp";
import { databaseDeletionProtected } from "../../policies/rules/databaseDeletionProtected";
import { databaseCredentialsManaged } from "../../policies/rules/databaseCredentialsManaged";
import { breaks, unknownIn } from "./breaks";

breaks(databasePrivate, [
    {
        type: "rds/clusterInstance:ClusterInstance",
        set: { publiclyAccessible: true },
        expected: [
            "publiclyAccessible is true; allowed in dev: false. Leave it out, and reach the database from inside the VPC.",
        ],
    },
    { type: "rds/clusterInstance:ClusterInstance", set: { publiclyAccessible: false }, expected: [] },
    {
        type: "rds/instance:Instance",
        set: { publiclyAccessible: true },
        stack: "prod",
        expected: [
            "publiclyAccessible is true; allowed in prod: false. Leave it out, and reach the database from inside the VPC.",
        ],
    },
    {
        type: "rds/clusterInstance:ClusterInstance",
        unknown: ["publiclyAccessible"],
        stack: "prod",
        expected: [unknownIn("publiclyAccessible")],
    },
    { type: "rds/clusterInstance:ClusterInstance", unknown: ["publiclyAccessible"], expected: [] },
]);

breaks(databaseEncrypted, [
    {
        type: "rds/cluster:Cluster",
        set: { storageEncrypted: undefined },
        expected: [
            "storageEncrypted is not set; allowed in dev: true. Set it before the first deployment: a change replaces the database.",
        ],
    },
    {
        type: "rds/instance:Instance",
        set: { storageEncrypted: false },
        expected: [
            "storageEncrypted is false; allowed in dev: true. Set it before the first deployment: a change replaces the database.",
        ],
    },
    {
        type: "rds/cluster:Cluster",
        unknown: ["storageEncrypted"],
        stack: "prod",
        expected: [unknownIn("storageEncrypted")],
    },
    { type: "rds/cluster:Cluster", unknown: ["storageEncrypted"], expected: [] },
    { type: "rds/cluster:Cluster", unknown: ["kmsKeyId"], stack: "prod", expected: [] },
]);

breaks(databaseBackedUp, [
    {
        type: "rds/cluster:Cluster",
        set: { backupRetentionPeriod: 6 },
        stack: "prod",
        expected: [
            "backupRetentionPeriod is 6; allowed in prod: 7 to 35. Set it to the days of point-in-time recovery to keep.",
        ],
    },
    {
        type: "rds/cluster:Cluster",
        set: { backupRetentionPeriod: undefined },
        stack: "prod",
        expected: [
            "backupRetentionPeriod is 1; allowed in prod: 7 to 35. Set it to the days of point-in-time recovery to keep.",
        ],
    },
    { type: "rds/cluster:Cluster", set: { backupRetentionPeriod: undefined }, expected: [] },
    {
        type: "rds/instance:Instance",
        set: { backupRetentionPeriod: undefined },
        expected: [
            "backupRetentionPeriod is 0; allowed in dev: 1 to 35. Set it to the days of point-in-time recovery to keep.",
        ],
    },
    {
        type: "rds/cluster:Cluster",
        set: { backupRetentionPeriod: 0 },
        expected: [
            "backupRetentionPeriod is 0; allowed in dev: 1 to 35. Set it to the days of point-in-time recovery to keep.",
        ],
    },
    {
        type: "rds/cluster:Cluster",
        unknown: ["backupRetentionPeriod"],
        stack: "prod",
        expected: [unknownIn("backupRetentionPeriod")],
    },
    { type: "rds/cluster:Cluster", unknown: ["backupRetentionPeriod"], expected: [] },
]);

breaks(databaseDeletionProtected, [
    {
        type: "rds/cluster:Cluster",
        set: { deletionProtection: undefined },
        stack: "prod",
        expected: ["deletionProtection is not set; allowed in prod: true. Set it to true."],
    },
    {
        type: "rds/instance:Instance",
        set: { deletionProtection: false },
        stack: "prod",
        expected: ["deletionProtection is false; allowed in prod: true. Set it to true."],
    },
    { type: "rds/cluster:Cluster", set: { deletionProtection: false }, expected: [] },
    {
        type: "rds/cluster:Cluster",
        unknown: ["deletionProtection"],
        stack: "prod",
        expected: [unknownIn("deletionProtection")],
    },
    { type: "rds/cluster:Cluster", unknown: ["deletionProtection"], expected: [] },
]);

breaks(databaseCredentialsManaged, [
    {
        type: "rds/cluster:Cluster",
        set: { manageMasterUserPassword: undefined },
        expected: [
            "manageMasterUserPassword is off; allowed in dev: credentials that RDS makes, keeps in Secrets Manager and rotates. Set manageMasterUserPassword to true and pass no password.",
        ],
    },
    {
        type: "rds/cluster:Cluster",
        set: { manageMasterUserPassword: undefined, masterPassword: "hunter2" },
        expected: [
            "a master password is passed to it; allowed in dev: credentials that RDS makes, keeps in Secrets Manager and rotates. Set manageMasterUserPassword to true and pass no password.",
        ],
    },
    {
        type: "rds/cluster:Cluster",
        set: { masterPasswordWo: "hunter2" },
        expected: [
            "a master password is passed to it; allowed in dev: credentials that RDS makes, keeps in Secrets Manager and rotates. Set manageMasterUserPassword to true and pass no password.",
        ],
    },
    {
        type: "rds/instance:Instance",
        set: { password: "hunter2" },
        expected: [
            "a master password is passed to it; allowed in dev: credentials that RDS makes, keeps in Secrets Manager and rotates. Set manageMasterUserPassword to true and pass no password.",
        ],
    },
    {
        type: "rds/cluster:Cluster",
        set: { manageMasterUserPassword: false },
        unknown: ["masterPassword"],
        expected: [
            "a master password is passed to it; allowed in dev: credentials that RDS makes, keeps in Secrets Manager and rotates. Set manageMasterUserPassword to true and pass no password.",
        ],
    },
    {
        type: "rds/cluster:Cluster",
        unknown: ["manageMasterUserPassword"],
        stack: "prod",
        expected: [unknownIn("manageMasterUserPassword")],
    },
    { type: "rds/cluster:Cluster", unknown: ["manageMasterUserPassword"], expected: [] },
]);

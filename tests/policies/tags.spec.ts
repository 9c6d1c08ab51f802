import { requiredTags } from "../../policies/rules/requiredTags";
import { breaks, unknownIn } from "./breaks";

breaks(requiredTags, [
    {
        type: "s3/bucket:Bucket",
        set: { tags: undefined },
        expected: [
            "tags Project, Environment, Owner, CostCenter, ManagedBy, Stage are missing; allowed in dev: all of Project, Environment, Owner, CostCenter, ManagedBy, Stage. Pass tags: stageTags(scope, stage) to the resource.",
        ],
    },
    {
        type: "s3/bucket:Bucket",
        set: { "tags.Owner": undefined },
        expected: [
            "tag Owner is missing; allowed in dev: all of Project, Environment, Owner, CostCenter, ManagedBy, Stage. Pass tags: stageTags(scope, stage) to the resource.",
        ],
    },
    {
        type: "s3/bucket:Bucket",
        set: { "tags.Owner": undefined, "tags.Stage": undefined },
        expected: [
            "tags Owner, Stage are missing; allowed in dev: all of Project, Environment, Owner, CostCenter, ManagedBy, Stage. Pass tags: stageTags(scope, stage) to the resource.",
        ],
    },
    {
        type: "rds/cluster:Cluster",
        set: { "tags.CostCenter": "" },
        expected: [
            'tag CostCenter is ""; allowed in dev: any text but an empty one. Pass tags: stageTags(scope, stage) to the resource.',
        ],
    },
    {
        type: "rds/cluster:Cluster",
        set: { "tags.Project": "other" },
        expected: [
            'tag Project is "other"; allowed in dev: bqx-ml. Pass tags: stageTags(scope, stage) to the resource.',
        ],
    },
    {
        type: "rds/cluster:Cluster",
        set: { "tags.Environment": "dev" },
        stack: "prod",
        expected: [
            'tag Environment is "dev"; allowed in prod: prod. Pass tags: stageTags(scope, stage) to the resource.',
        ],
    },
    {
        type: "kms/key:Key",
        set: { "tags.ManagedBy": "hand" },
        expected: [
            'tag ManagedBy is "hand"; allowed in dev: pulumi. Pass tags: stageTags(scope, stage) to the resource.',
        ],
    },
    {
        type: "kms/key:Key",
        set: { "tags.Stage": "nowhere" },
        expected: [
            'tag Stage is "nowhere"; allowed in dev: network, storage, images, featureStore, processing, training, registry, inference, alerts, billing. Pass tags: stageTags(scope, stage) to the resource.',
        ],
    },
    { type: "lambda/function:Function", set: { "tags.Pair": "eurusd" }, expected: [] },
    {
        type: "lambda/function:Function",
        set: { "tags.Pair": "usdeur" },
        expected: [
            'tag Pair is "usdeur"; allowed in dev: audcad, audchf, audjpy, audnzd, audusd, cadchf, cadjpy, chfjpy, euraud, eurcad, eurchf, eurgbp, eurjpy, eurnzd, eurusd, gbpaud, gbpcad, gbpchf, gbpjpy, gbpnzd, gbpusd, nzdcad, nzdchf, nzdjpy, nzdusd, usdcad, usdchf, usdjpy. Pass tags: stageTags(scope, stage) to the resource.',
        ],
    },
    {
        type: "lambda/function:Function",
        set: { "tags.Project": "other" },
        unknown: ["tags.Owner"],
        stack: "prod",
        expected: [
            'tag Project is "other"; allowed in prod: bqx-ml. Pass tags: stageTags(scope, stage) to the resource.',
            unknownIn("tags.Owner"),
        ],
    },
    { type: "lambda/function:Function", unknown: ["tags.Owner"], expected: [] },
    { type: "lambda/function:Function", unknown: ["tags"], stack: "prod", expected: [unknownIn("tags")] },
]);

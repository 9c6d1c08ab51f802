import * as aws from "@pulumi/aws";
import { on, resourceRule } from "../rule";
import { rangeProblem } from "../sizes";

/** ElastiCache keeps 35 days at most. */
const DAYS = { min: 1, max: 35 };

/** A cold cache in prod means late forecasts for every pair until the refresh has run for all. */
export const cacheSnapshots = resourceRule({
    name: "cache-snapshots",
    description: "The caches of prod keep daily snapshots.",
    validateResource: [
        on(aws.elasticache.ReplicationGroup, ({ snapshotRetentionLimit }, environment) =>
            environment === "prod"
                ? rangeProblem(
                      "snapshotRetentionLimit",
                      snapshotRetentionLimit ?? 0,
                      DAYS,
                      "Set it to the days that snapshots are kept",
                  )
                : undefined,
        ),
    ],
});

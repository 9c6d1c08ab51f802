import * as aws from "@pulumi/aws";
import { BACKUP_DAYS } from "../limits";
import { on, resourceRule, type Check } from "../rule";
import { rangeProblem } from "../sizes";

/** RDS keeps 35 days at most. */
const MAX_DAYS = 35;

/** Days that RDS takes where none are given: 1 for a cluster, 0 for an instance. */
function keepsDays(defaultDays: number): Check<{ readonly backupRetentionPeriod?: number }> {
    return ({ backupRetentionPeriod }, environment) =>
        rangeProblem(
            "backupRetentionPeriod",
            backupRetentionPeriod ?? defaultDays,
            { min: BACKUP_DAYS[environment], max: MAX_DAYS },
            "Set it to the days of point-in-time recovery to keep",
        );
}

/** The bars of a year take hours to load again; the hot window of features takes longer. */
export const databaseBackedUp = resourceRule({
    name: "database-backed-up",
    description: "Databases keep at least 7 days of point-in-time recovery in prod, and 1 day elsewhere.",
    validateResource: [on(aws.rds.Cluster, keepsDays(1)), on(aws.rds.Instance, keepsDays(0))],
});

import * as aws from "@pulumi/aws";
import { DATABASE_LIMITS } from "../limits";
import { on, resourceRule, type Check } from "../rule";
import { allowedProblem, maximumProblem } from "../sizes";

const instanceClass: Check<{ readonly instanceClass: string }> = (instance, environment) => {
    const { classes, reason } = DATABASE_LIMITS[environment];
    return allowedProblem("instanceClass", instance.instanceClass, classes, reason);
};

/** A serverless cluster grows by itself: its upper end is what it can cost. */
export const databaseSizes = resourceRule({
    name: "database-sizes",
    description: "Databases use instance classes and a serverless capacity that policies/limits.ts allows.",
    validateResource: [
        on(aws.rds.ClusterInstance, instanceClass),
        on(aws.rds.Instance, instanceClass),
        on(
            aws.rds.Cluster,
            ({ serverlessv2ScalingConfiguration: scaling }, environment) => {
                if (scaling === undefined) return undefined;
                const { maxCapacityAcu, reason } = DATABASE_LIMITS[environment];
                return maximumProblem(
                    "serverlessv2ScalingConfiguration.maxCapacity",
                    scaling.maxCapacity,
                    maxCapacityAcu,
                    reason,
                );
            },
            ({ dbClusterInstanceClass }, environment) => {
                if (dbClusterInstanceClass === undefined) return undefined;
                const { classes, reason } = DATABASE_LIMITS[environment];
                return allowedProblem("dbClusterInstanceClass", dbClusterInstanceClass, classes, reason);
            },
        ),
    ],
});

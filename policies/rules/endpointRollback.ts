import * as aws from "@pulumi/aws";
import { on, resourceRule } from "../rule";

/** Without an alarm, SageMaker's rollback does nothing, and a bad model keeps serving. */
export const endpointRollback = resourceRule({
    name: "endpoint-rollback",
    description: "SageMaker endpoints roll back on at least one alarm.",
    validateResource: [
        on(aws.sagemaker.Endpoint, ({ deploymentConfig }) => {
            const alarms = deploymentConfig?.autoRollbackConfiguration?.alarms ?? [];
            if (alarms.length > 0) return undefined;
            return {
                found: "no alarm rolls it back",
                allowed: "1 to 10 alarms",
                fix: "Name the alarms that watch it in deploymentConfig.autoRollbackConfiguration.alarms",
            };
        }),
    ],
});

import * as pulumi from "@pulumi/pulumi";
import { Inference } from "../../../components/inference";
import { deploy } from "../../support/mocks";
import { scopeOf } from "../../support/scope";

/** Deploys an inference stage alone. */
export function deployInference(settings: Record<string, unknown> = {}, stack = "dev") {
    return deploy(() => {
        const inference = new Inference("inference", {
            scope: scopeOf(settings, stack),
            network: { privateSubnetIds: ["subnet-a", "subnet-b"], securityGroups: { lambda: "sg-lambda" } },
            featureStore: {
                database: { host: "db.test", port: 5432, databaseName: "bqx", secretArn: "arn:db" },
                cache: { host: "cache.test", port: 6379, secretArn: "arn:cache" },
            },
            topicArns: {
                critical: pulumi.output("arn:critical"),
                warning: pulumi.output("arn:warning"),
                info: pulumi.output("arn:info"),
            },
        });
        return { refreshFunctionName: inference.refreshFunctionName };
    }, stack);
}

import * as pulumi from "@pulumi/pulumi";
import { FeatureStore } from "../../components/featureStore";
import { deploy } from "../support/mocks";
import { scopeOf, tagsOf } from "../support/scope";

export const tags = tagsOf("featureStore");
export const privateSubnetIds = ["subnet-a", "subnet-b"];

/** Settings that the feature store reads. */
interface Case {
    database?: Record<string, unknown>;
    cache?: Record<string, unknown>;
    logs?: Record<string, unknown>;
}

/** Makes a feature store within a program that runs against the mocks. */
export function makeStore(settings: Case, stack = "dev") {
    const securityGroups = { database: "sg-database", cache: "sg-cache" };
    const { database, cache } = new FeatureStore("store", {
        scope: scopeOf({ ...settings }, stack),
        network: { privateSubnetIds, securityGroups },
        topicArns: {
            critical: pulumi.output("arn:critical"),
            warning: pulumi.output("arn:warning"),
            info: pulumi.output("arn:info"),
        },
    });
    return { database, cache };
}

/** Deploys a feature store alone. */
export function deployStore(settings: Case = {}, stack = "dev") {
    return deploy(() => makeStore(settings, stack), stack);
}

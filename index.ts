import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Alerts } from "./components/alerts";
import { Billing } from "./components/billing";
import { FeatureStore } from "./components/featureStore";
import { Images } from "./components/images";
import { Inference } from "./components/inference";
import { Network } from "./components/network";
import type { StackOutputs } from "./components/outputs";
import { Processing } from "./components/processing";
import { Registry } from "./components/registry";
import type { StackScope } from "./components/scope";
import { Storage } from "./components/storage";
import { Training } from "./components/training";
import { settingsFromConfig } from "./config/load";

/**
 * The program, the same for every stack: reads the settings, composes the stages, and tells where things are.
 * Pulumi's Node host calls what the module exports, and so does an inline program of the Automation API.
 * @throws SettingsError before anything is registered, listing every setting that is not usable
 */
export = async function program(): Promise<StackOutputs> {
    const scope = await readScope();

    const network = new Network("network", { scope });
    const storage = new Storage("storage", { scope });
    const images = new Images("images", { scope });
    const registry = new Registry("registry", { scope });
    const alerts = new Alerts("alerts", { scope });
    const { topicArns } = alerts;
    const featureStore = new FeatureStore("feature-store", { scope, network, topicArns });
    const processing = new Processing("processing", {
        ...{ scope, network, topicArns },
        repositoryUrl: images.repositories.processing.url,
        bucket: storage.buckets.datasets.name,
        database: featureStore.database,
    });
    const training = new Training("training", {
        ...{ scope, network, topicArns, processing: processing.targets, groupName: registry.groupName },
        repositoryUrls: {
            training: images.repositories.training.url,
            inference: images.repositories.inference.url,
        },
        bucket: storage.buckets.models.name,
    });
    const inference = new Inference("inference", { scope, network, featureStore, topicArns });
    const billing = new Billing("billing", { scope, topicArns });

    return {
        account: scope.account,
        region: scope.region,
        network: {
            vpcId: network.vpcId,
            privateSubnetIds: network.privateSubnetIds,
            securityGroups: network.securityGroups,
        },
        buckets: storage.buckets,
        repositories: images.repositories,
        database: featureStore.database,
        cache: featureStore.cache,
        processing: { stateMachineArn: processing.stateMachineArn },
        training: { stateMachineArn: training.stateMachineArn },
        inference: { refreshFunctionName: inference.refreshFunctionName },
        registry: { groupName: registry.groupName, groupArn: registry.groupArn },
        topicArns,
        budgetName: billing.budgetName,
    };
};

async function readScope(): Promise<StackScope> {
    const stack = pulumi.getStack();
    const settings = settingsFromConfig(stack, pulumi.runtime.allConfig());
    const [{ accountId }, { region }] = await Promise.all([aws.getCallerIdentity(), aws.getRegion()]);
    return { stack, account: accountId, region, settings };
}

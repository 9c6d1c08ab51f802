import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../../config/names";
import { PROJECT } from "../../config/tags";
import { arnOf, stageTags, stageType, type StackScope } from "../scope";
import { groupPolicy } from "./plan";

export interface RegistryArgs {
    scope: StackScope;
}

/**
 * The model package group: every trained model with its metrics and its approval.
 *
 * ```ts
 * const registry = new Registry("registry", { scope });
 * ```
 *
 * `registry.readerAccounts` names the accounts whose stacks deploy packages of this group; they may read it.
 *
 * Monthly cost: none; artefacts are paid for in the models bucket.
 */
export class Registry extends pulumi.ComponentResource {
    /** Name of the group, by which packages are registered. */
    readonly groupName: pulumi.Output<string>;
    readonly groupArn: pulumi.Output<string>;

    constructor(name: string, { scope }: RegistryArgs, opts?: pulumi.ComponentResourceOptions) {
        super(stageType("registry"), name, {}, opts);
        const { readerAccounts } = scope.settings.registry;
        const groupName = physicalName("modelPackageGroup", `${PROJECT}-models`, scope);
        const groupArn = arnOf(scope, "sagemaker", `model-package-group/${groupName}`);
        const group = new aws.sagemaker.ModelPackageGroup(
            `${name}-group`,
            {
                modelPackageGroupName: groupName,
                modelPackageGroupDescription: "Forex models: one package per pair and training run",
                tags: stageTags(scope, "registry"),
            },
            { parent: this },
        );
        new aws.sagemaker.ModelPackageGroupPolicy(
            `${name}-policy`,
            {
                modelPackageGroupName: group.modelPackageGroupName,
                resourcePolicy: JSON.stringify(groupPolicy(groupArn, scope.account, readerAccounts)),
            },
            { parent: this },
        );
        this.groupName = group.modelPackageGroupName;
        this.groupArn = group.arn;
        this.registerOutputs({ groupName: this.groupName, groupArn: this.groupArn });
    }
}

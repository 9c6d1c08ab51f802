import { expect } from "chai";
import { Registry } from "../../components/registry";
import { groupPolicy } from "../../components/registry/plan";
import { ACCOUNT, arnOf, deploy } from "../support/mocks";
import { scopeOf, tagsOf } from "../support/scope";

const registry = (settings: Record<string, unknown> = {}) =>
    deploy(() => {
        const { groupName, groupArn } = new Registry("registry", { scope: scopeOf(settings) });
        return { groupName, groupArn };
    });

describe("Registry", () => {
    it("makes the group and its policy, and no more", async () => {
        const { resources } = await registry();
        expect(resources.map(({ type, name, parent }) => [type, name, parent])).to.deep.equal([
            ["bqx:stage:Registry", "registry", undefined],
            ["aws:sagemaker/modelPackageGroup:ModelPackageGroup", "registry-group", "registry"],
            ["aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy", "registry-policy", "registry"],
        ]);
    });

    it("names the group for life", async () => {
        const { named } = await registry();
        expect(named("registry-group").inputs).to.deep.equal({
            modelPackageGroupName: "bqx-ml-models-dev",
            modelPackageGroupDescription: "Forex models: one package per pair and training run",
            tags: tagsOf("registry"),
        });
    });

    for (const readerAccounts of [[], ["444455556666"]]) {
        it(`gives the policy to ${readerAccounts.length} readers`, async () => {
            const { named } = await registry({ registry: { readerAccounts } });
            const { modelPackageGroupName, resourcePolicy, ...others } = named("registry-policy").inputs;
            expect(others).to.deep.equal({});
            expect(modelPackageGroupName).to.equal("bqx-ml-models-dev");
            expect(JSON.parse(String(resourcePolicy))).to.deep.equal(
                groupPolicy(
                    `arn:aws:sagemaker:us-east-1:${ACCOUNT}:model-package-group/bqx-ml-models-dev`,
                    ACCOUNT,
                    readerAccounts,
                ),
            );
        });
    }

    it("tells the others name and ARN", async () => {
        const { outputs } = await registry();
        expect(outputs).to.deep.equal({ groupName: "bqx-ml-models-dev", groupArn: arnOf("registry-group") });
    });
});

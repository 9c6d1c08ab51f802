import { ModelRegistry } from "../../../sagemaker/registry";
import { ACCOUNT, REGION } from "../../local/services/harness";
import type { SageMakerFixture } from "../../local/services/sagemaker/fixture";

export const GROUP = "bqx-ml-models-test";
const GROUP_TYPE = "aws:sagemaker/modelPackageGroup:ModelPackageGroup";

/** Deploys the group, and gives the registry of it. */
export async function deployGroup({ harness, client }: SageMakerFixture): Promise<ModelRegistry> {
    const arn = `arn:aws:sagemaker:${REGION}:${ACCOUNT}:model-package-group/${GROUP}`;
    await harness.deploy(GROUP_TYPE, GROUP, { modelPackageGroupName: GROUP }, { arn });
    return new ModelRegistry(client, GROUP);
}

import { z } from "zod";
import { defineType } from "../define";
import { regional, resourcePolicy, tags, text } from "./common";

const groupName = text(/^[A-Za-z0-9](-*[A-Za-z0-9]){0,62}$/, "at most 63 letters, digits and hyphens");

const modelPackageGroup = defineType({
    token: "aws:sagemaker/modelPackageGroup:ModelPackageGroup",
    inputs: regional({
        modelPackageGroupDescription: z.string().max(1024).optional(),
        modelPackageGroupName: groupName,
        tags: tags.optional(),
    }),
    replaceOn: ["modelPackageGroupDescription", "modelPackageGroupName"],
    physicalName: { property: "modelPackageGroupName", autoName: false, maxLength: 63 },
    identify: ({ physicalName }) => physicalName,
    derive: ({ id, arn }) => ({ arn: arn("sagemaker", `model-package-group/${id}`) }),
});

const modelPackageGroupPolicy = defineType({
    token: "aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy",
    inputs: regional({ modelPackageGroupName: groupName, resourcePolicy }),
    replaceOn: ["modelPackageGroupName"],
    documents: ["resourcePolicy"],
    identify: (_, inputs) => inputs.modelPackageGroupName,
});

/** The model registry. */
export const sagemakerTypes = [modelPackageGroup, modelPackageGroupPolicy];

import * as aws from "@pulumi/aws";
import type { Environment } from "../../config/environment";
import { each, on, resourceRule, type Finding } from "../rule";
import { countProblem, typeProblem } from "../sizes";

interface Variant {
    readonly instanceType?: string;
    readonly initialInstanceCount?: number;
}

function variantFinding(place: string, variant: Variant, environment: Environment): Finding {
    return [
        () => typeProblem(`${place}.instanceType`, variant.instanceType, "endpoint", environment),
        () =>
            countProblem(
                `${place}.initialInstanceCount`,
                variant.initialInstanceCount,
                "endpoint",
                environment,
            ),
    ];
}

/** Endpoints cost by the hour, day and night: a type or count that nobody weighed is the dearest mistake here. */
export const endpointSizes = resourceRule({
    name: "endpoint-sizes",
    description: "SageMaker endpoints use instance types and counts that policies/limits.ts allows.",
    validateResource: [
        on(
            aws.sagemaker.EndpointConfiguration,
            ({ productionVariants }, environment) =>
                each(productionVariants, (variant, index) =>
                    variantFinding(`productionVariants[${index}]`, variant, environment),
                ),
            ({ shadowProductionVariants }, environment) =>
                each(shadowProductionVariants, (variant, index) =>
                    variantFinding(`shadowProductionVariants[${index}]`, variant, environment),
                ),
        ),
    ],
});

import { INSTANCE_LIMITS } from "../../policies/limits";
import { endpointSizes } from "../../policies/rules/endpointSizes";
import { jobSizes } from "../../policies/rules/jobSizes";
import { breaks, sizeMessage, unknownIn } from "./breaks";
import { DEFINITION } from "./fixtures";
import { withValue } from "./verdict";

/** The state machine's definition, with another value at a path. */
function definitionWith(path: string, value: unknown): string {
    return JSON.stringify(withValue(DEFINITION, path, value));
}

breaks(endpointSizes, [
    {
        type: "sagemaker/endpointConfiguration:EndpointConfiguration",
        set: { "productionVariants.0.instanceType": "ml.p4d.24xlarge" },
        expected: [
            sizeMessage(
                'productionVariants[0].instanceType is "ml.p4d.24xlarge"; allowed in dev: ml.t2.medium, ml.m5.large, ml.m5.xlarge',
                INSTANCE_LIMITS.endpoint.dev.reason,
            ),
        ],
    },
    {
        type: "sagemaker/endpointConfiguration:EndpointConfiguration",
        set: { "productionVariants.0.instanceType": "ml.m5.2xlarge" },
        expected: [
            sizeMessage(
                'productionVariants[0].instanceType is "ml.m5.2xlarge"; allowed in dev: ml.t2.medium, ml.m5.large, ml.m5.xlarge',
                INSTANCE_LIMITS.endpoint.dev.reason,
            ),
        ],
    },
    {
        type: "sagemaker/endpointConfiguration:EndpointConfiguration",
        set: { "productionVariants.0.instanceType": "ml.m5.2xlarge" },
        stack: "prod",
        expected: [],
    },
    {
        type: "sagemaker/endpointConfiguration:EndpointConfiguration",
        set: { "productionVariants.0.instanceType": undefined },
        expected: [
            sizeMessage(
                "productionVariants[0].instanceType is not set; allowed in dev: ml.t2.medium, ml.m5.large, ml.m5.xlarge",
                INSTANCE_LIMITS.endpoint.dev.reason,
            ),
        ],
    },
    {
        type: "sagemaker/endpointConfiguration:EndpointConfiguration",
        set: { "productionVariants.0.initialInstanceCount": 3 },
        expected: [
            sizeMessage(
                "productionVariants[0].initialInstanceCount is 3; allowed in dev: at most 2",
                INSTANCE_LIMITS.endpoint.dev.reason,
            ),
        ],
    },
    {
        type: "sagemaker/endpointConfiguration:EndpointConfiguration",
        set: { "productionVariants.0.initialInstanceCount": undefined },
        expected: [],
    },
    {
        type: "sagemaker/endpointConfiguration:EndpointConfiguration",
        set: { "productionVariants.0.initialInstanceCount": 5 },
        stack: "prod-eu",
        expected: [
            sizeMessage(
                "productionVariants[0].initialInstanceCount is 5; allowed in prod: at most 4",
                INSTANCE_LIMITS.endpoint.prod.reason,
            ),
        ],
    },
    {
        type: "sagemaker/endpointConfiguration:EndpointConfiguration",
        set: { shadowProductionVariants: [{ instanceType: "ml.g5.xlarge", initialInstanceCount: 9 }] },
        stack: "local",
        expected: [
            sizeMessage(
                'shadowProductionVariants[0].instanceType is "ml.g5.xlarge"; allowed in local: ml.t2.medium, ml.m5.large, ml.m5.xlarge',
                INSTANCE_LIMITS.endpoint.local.reason,
            ),
            sizeMessage(
                "shadowProductionVariants[0].initialInstanceCount is 9; allowed in local: at most 2",
                INSTANCE_LIMITS.endpoint.local.reason,
            ),
        ],
    },
    {
        type: "sagemaker/endpointConfiguration:EndpointConfiguration",
        set: { "productionVariants.0.initialInstanceCount": 9 },
        unknown: ["productionVariants.0.instanceType"],
        stack: "prod",
        expected: [
            unknownIn("productionVariants.0.instanceType"),
            sizeMessage(
                "productionVariants[0].initialInstanceCount is 9; allowed in prod: at most 4",
                INSTANCE_LIMITS.endpoint.prod.reason,
            ),
        ],
    },
    {
        type: "sagemaker/endpointConfiguration:EndpointConfiguration",
        unknown: ["productionVariants.0.instanceType"],
        expected: [],
    },
    {
        type: "sagemaker/endpointConfiguration:EndpointConfiguration",
        unknown: ["productionVariants"],
        stack: "prod",
        expected: [unknownIn("productionVariants")],
    },
    {
        type: "sagemaker/endpointConfiguration:EndpointConfiguration",
        unknown: ["productionVariants.0.modelName"],
        stack: "prod",
        expected: [],
    },
]);

breaks(jobSizes, [
    {
        type: "sfn/stateMachine:StateMachine",
        set: {
            definition: definitionWith(
                "States.Process.Parameters.ProcessingResources.ClusterConfig.InstanceType",
                "ml.m5.24xlarge",
            ),
        },
        expected: [
            sizeMessage(
                'state "Process".instanceType is "ml.m5.24xlarge"; allowed in dev: ml.m5.large, ml.m5.xlarge, ml.m5.2xlarge',
                INSTANCE_LIMITS.processing.dev.reason,
            ),
        ],
    },
    {
        type: "sfn/stateMachine:StateMachine",
        set: {
            definition: definitionWith(
                "States.Pairs.ItemProcessor.States.Train.Parameters.ResourceConfig.InstanceType",
                "ml.p3.2xlarge",
            ),
        },
        expected: [
            sizeMessage(
                'state "Train".instanceType is "ml.p3.2xlarge"; allowed in dev: ml.m5.large, ml.m5.xlarge, ml.m5.2xlarge',
                INSTANCE_LIMITS.training.dev.reason,
            ),
        ],
    },
    {
        type: "sfn/stateMachine:StateMachine",
        set: {
            definition: definitionWith(
                "States.Pairs.ItemProcessor.States.Train.Parameters.ResourceConfig.InstanceCount",
                28,
            ),
        },
        expected: [
            sizeMessage(
                'state "Train".instanceCount is 28; allowed in dev: at most 1',
                INSTANCE_LIMITS.training.dev.reason,
            ),
        ],
    },
    {
        type: "sfn/stateMachine:StateMachine",
        set: {
            definition: definitionWith(
                "States.Both.Branches.0.States.Tune.Parameters.TrainingJobDefinition.ResourceConfig.InstanceType",
                "ml.m5.12xlarge",
            ),
        },
        stack: "prod",
        expected: [
            sizeMessage(
                'state "Tune".instanceType is "ml.m5.12xlarge"; allowed in prod: ml.m5.xlarge, ml.m5.2xlarge, ml.m5.4xlarge',
                INSTANCE_LIMITS.training.prod.reason,
            ),
        ],
    },
    {
        type: "sfn/stateMachine:StateMachine",
        set: {
            definition: definitionWith(
                "States.Both.Branches.0.States.Score.Arguments.TransformResources.InstanceType",
                "{% $states.input.type %}",
            ),
        },
        expected: [
            sizeMessage(
                'state "Score".instanceType is "{% $states.input.type %}"; allowed in dev: ml.m5.large, ml.m5.xlarge, ml.m5.2xlarge',
                INSTANCE_LIMITS.training.dev.reason,
            ),
        ],
    },
    {
        type: "sfn/stateMachine:StateMachine",
        set: {
            definition: definitionWith("States.Pairs.ItemProcessor.States.Train.Parameters.ResourceConfig", {
                "InstanceType.$": "$.type",
            }),
        },
        expected: [
            sizeMessage(
                'state "Train".instanceType is "$.type"; allowed in dev: ml.m5.large, ml.m5.xlarge, ml.m5.2xlarge',
                INSTANCE_LIMITS.training.dev.reason,
            ),
        ],
    },
    {
        type: "sfn/stateMachine:StateMachine",
        set: {
            definition: definitionWith(
                "States.Pairs.ItemProcessor.States.Train.Parameters.ResourceConfig",
                undefined,
            ),
        },
        expected: [
            sizeMessage(
                'state "Train".instanceType is not set; allowed in dev: ml.m5.large, ml.m5.xlarge, ml.m5.2xlarge',
                INSTANCE_LIMITS.training.dev.reason,
            ),
        ],
    },
    {
        type: "sfn/stateMachine:StateMachine",
        set: { definition: "not JSON" },
        expected: ["definition is not JSON; allowed in dev: a JSON document. Correct definition."],
    },
    // What is unknown in a preview is decided by `up`, before the machine is made.
    { type: "sfn/stateMachine:StateMachine", unknown: ["definition"], stack: "prod", expected: [] },
    { type: "sfn/stateMachine:StateMachine", unknown: ["definition"], expected: [] },
    {
        type: "sfn/stateMachine:StateMachine",
        set: {
            definition: definitionWith(
                "States.Process.Parameters.ProcessingResources.ClusterConfig.InstanceCount",
                5,
            ),
        },
        stack: "prod",
        expected: [
            sizeMessage(
                'state "Process".instanceCount is 5; allowed in prod: at most 4',
                INSTANCE_LIMITS.processing.prod.reason,
            ),
        ],
    },
    {
        type: "sagemaker/trainingJob:TrainingJob",
        set: { "resourceConfig.instanceType": "ml.p4d.24xlarge" },
        stack: "prod",
        expected: [
            sizeMessage(
                'resourceConfig.instanceType is "ml.p4d.24xlarge"; allowed in prod: ml.m5.xlarge, ml.m5.2xlarge, ml.m5.4xlarge',
                INSTANCE_LIMITS.training.prod.reason,
            ),
        ],
    },
    {
        type: "sagemaker/trainingJob:TrainingJob",
        set: { "resourceConfig.instanceCount": 2 },
        expected: [
            sizeMessage(
                "resourceConfig.instanceCount is 2; allowed in dev: at most 1",
                INSTANCE_LIMITS.training.dev.reason,
            ),
        ],
    },
    {
        type: "sagemaker/hyperParameterTuningJob:HyperParameterTuningJob",
        set: { "trainingJobDefinitions.0.resourceConfig.instanceType": "ml.p4d.24xlarge" },
        expected: [
            sizeMessage(
                'trainingJobDefinitions[0].instanceType is "ml.p4d.24xlarge"; allowed in dev: ml.m5.large, ml.m5.xlarge, ml.m5.2xlarge',
                INSTANCE_LIMITS.training.dev.reason,
            ),
        ],
    },
    {
        type: "sagemaker/hyperParameterTuningJob:HyperParameterTuningJob",
        set: { trainingJobDefinition: { resourceConfig: { instanceType: "ml.m5.4xlarge" } } },
        expected: [
            sizeMessage(
                'trainingJobDefinition.instanceType is "ml.m5.4xlarge"; allowed in dev: ml.m5.large, ml.m5.xlarge, ml.m5.2xlarge',
                INSTANCE_LIMITS.training.dev.reason,
            ),
        ],
    },
]);

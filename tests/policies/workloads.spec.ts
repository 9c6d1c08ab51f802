import { lambdaBounds } from "../../policies/rules/lambdaBounds";
import { logRetention } from "../../policies/rules/logRetention";
import { endpointRollback } from "../../policies/rules/endpointRollback";
import { captureEncrypted } from "../../policies/rules/captureEncrypted";
import { repositoryGuarded } from "../../policies/rules/repositoryGuarded";
import { breaks, unknownIn } from "./breaks";

breaks(lambdaBounds, [
    {
        type: "lambda/function:Function",
        set: { runtime: "nodejs20.x" },
        expected: [
            'runtime is "nodejs20.x"; allowed in dev: nodejs22.x. Set the runtime that the code is tested on.',
        ],
    },
    {
        type: "lambda/function:Function",
        set: { runtime: undefined },
        expected: [
            "runtime is not set; allowed in dev: nodejs22.x. Set the runtime that the code is tested on.",
        ],
    },
    {
        type: "lambda/function:Function",
        set: { memorySize: 10240 },
        expected: [
            "memorySize is 10240; allowed in dev: 128 to 3008. Keep to policies/limits.ts: work that needs more is a job's, not a function's.",
        ],
    },
    { type: "lambda/function:Function", set: { memorySize: undefined, timeout: undefined }, expected: [] },
    {
        type: "lambda/function:Function",
        set: { timeout: 900 },
        stack: "prod",
        expected: [
            "timeout is 900; allowed in prod: 1 to 300. Keep to policies/limits.ts: work that needs more is a job's, not a function's.",
        ],
    },
    {
        type: "lambda/function:Function",
        set: { reservedConcurrentExecutions: undefined },
        expected: [
            "reservedConcurrentExecutions is not set; allowed in dev: 1 to 100. Set it: a function with no share of its own can use up every other's.",
        ],
    },
    {
        type: "lambda/function:Function",
        set: { reservedConcurrentExecutions: 0 },
        expected: [
            "reservedConcurrentExecutions is 0; allowed in dev: 1 to 100. Set it: a function with no share of its own can use up every other's.",
        ],
    },
    {
        type: "lambda/function:Function",
        set: { timeout: 900 },
        unknown: ["memorySize"],
        stack: "prod",
        expected: [
            unknownIn("memorySize"),
            "timeout is 900; allowed in prod: 1 to 300. Keep to policies/limits.ts: work that needs more is a job's, not a function's.",
        ],
    },
    { type: "lambda/function:Function", unknown: ["memorySize"], expected: [] },
    { type: "lambda/function:Function", unknown: ["role"], stack: "prod", expected: [] },
]);

breaks(logRetention, [
    {
        type: "cloudwatch/logGroup:LogGroup",
        set: { retentionInDays: undefined },
        expected: [
            "retentionInDays is not set; allowed in dev: 1 or more. Set it to settings.logs.retentionDays.",
        ],
    },
    {
        type: "cloudwatch/logGroup:LogGroup",
        set: { retentionInDays: 0 },
        stack: "prod",
        expected: [
            "retentionInDays is 0; allowed in prod: 1 or more. Set it to settings.logs.retentionDays.",
        ],
    },
    {
        type: "cloudwatch/logGroup:LogGroup",
        unknown: ["retentionInDays"],
        stack: "prod",
        expected: [unknownIn("retentionInDays")],
    },
    { type: "cloudwatch/logGroup:LogGroup", unknown: ["retentionInDays"], expected: [] },
]);

breaks(endpointRollback, [
    {
        type: "sagemaker/endpoint:Endpoint",
        set: { deploymentConfig: undefined },
        expected: [
            "no alarm rolls it back; allowed in dev: 1 to 10 alarms. Name the alarms that watch it in deploymentConfig.autoRollbackConfiguration.alarms.",
        ],
    },
    {
        type: "sagemaker/endpoint:Endpoint",
        set: { "deploymentConfig.autoRollbackConfiguration.alarms": [] },
        expected: [
            "no alarm rolls it back; allowed in dev: 1 to 10 alarms. Name the alarms that watch it in deploymentConfig.autoRollbackConfiguration.alarms.",
        ],
    },
    {
        type: "sagemaker/endpoint:Endpoint",
        unknown: ["deploymentConfig.autoRollbackConfiguration.alarms.0.alarmName"],
        stack: "prod",
        expected: [],
    },
    {
        type: "sagemaker/endpoint:Endpoint",
        unknown: ["deploymentConfig"],
        stack: "prod",
        expected: [unknownIn("deploymentConfig")],
    },
    { type: "sagemaker/endpoint:Endpoint", unknown: ["deploymentConfig"], expected: [] },
]);

breaks(captureEncrypted, [
    {
        type: "sagemaker/endpointConfiguration:EndpointConfiguration",
        set: { "dataCaptureConfig.kmsKeyId": undefined },
        expected: [
            "dataCaptureConfig captures without kmsKeyId; allowed in dev: capture with a KMS key. Set dataCaptureConfig.kmsKeyId.",
        ],
    },
    {
        type: "sagemaker/endpointConfiguration:EndpointConfiguration",
        set: { "dataCaptureConfig.kmsKeyId": undefined, "dataCaptureConfig.enableCapture": false },
        expected: [],
    },
    {
        type: "sagemaker/endpointConfiguration:EndpointConfiguration",
        set: { dataCaptureConfig: undefined },
        expected: [],
    },
    {
        type: "sagemaker/endpointConfiguration:EndpointConfiguration",
        unknown: ["dataCaptureConfig.kmsKeyId"],
        stack: "prod",
        expected: [],
    },
    {
        type: "sagemaker/endpointConfiguration:EndpointConfiguration",
        unknown: ["dataCaptureConfig.enableCapture"],
        stack: "prod",
        expected: [unknownIn("dataCaptureConfig.enableCapture")],
    },
    {
        type: "sagemaker/endpointConfiguration:EndpointConfiguration",
        unknown: ["dataCaptureConfig.enableCapture"],
        expected: [],
    },
]);

breaks(repositoryGuarded, [
    {
        type: "ecr/repository:Repository",
        set: { imageTagMutability: "MUTABLE" },
        expected: [
            'imageTagMutability is "MUTABLE"; allowed in dev: IMMUTABLE. Set it, and give each image its own tag.',
        ],
    },
    {
        type: "ecr/repository:Repository",
        set: { imageTagMutability: undefined },
        expected: [
            "imageTagMutability is not set; allowed in dev: IMMUTABLE. Set it, and give each image its own tag.",
        ],
    },
    {
        type: "ecr/repository:Repository",
        set: { "imageScanningConfiguration.scanOnPush": false },
        expected: ["imageScanningConfiguration.scanOnPush is false; allowed in dev: true. Set it to true."],
    },
    {
        type: "ecr/repository:Repository",
        set: { imageScanningConfiguration: undefined },
        expected: ["imageScanningConfiguration.scanOnPush is not set; allowed in dev: true. Set it to true."],
    },
    {
        type: "ecr/repository:Repository",
        unknown: ["imageTagMutability"],
        stack: "prod",
        expected: [unknownIn("imageTagMutability")],
    },
    { type: "ecr/repository:Repository", unknown: ["imageTagMutability"], expected: [] },
]);

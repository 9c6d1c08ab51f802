import { noPlainSecrets } from "../../policies/rules/noPlainSecrets";
import { breaks, unknownIn } from "./breaks";

breaks(noPlainSecrets, [
    {
        type: "lambda/function:Function",
        set: { "environment.variables.DATABASE_PASSWORD": "hunter2" },
        expected: [
            "environment.variables.DATABASE_PASSWORD holds a secret in plain text; allowed in dev: the ARN of a secret in Secrets Manager. Pass the ARN and read the secret when the code starts.",
        ],
    },
    {
        type: "lambda/function:Function",
        set: { "environment.variables.slackToken": "xoxb" },
        expected: [
            "environment.variables.slackToken holds a secret in plain text; allowed in dev: the ARN of a secret in Secrets Manager. Pass the ARN and read the secret when the code starts.",
        ],
    },
    {
        type: "lambda/function:Function",
        set: { "environment.variables.API_KEY": "abc" },
        expected: [
            "environment.variables.API_KEY holds a secret in plain text; allowed in dev: the ARN of a secret in Secrets Manager. Pass the ARN and read the secret when the code starts.",
        ],
    },
    {
        type: "lambda/function:Function",
        set: { "environment.variables.TOKEN_TTL_SECONDS": "60" },
        expected: [],
    },
    {
        type: "lambda/function:Function",
        set: { "environment.variables.SECRET_ARN": "hunter2" },
        expected: [
            "environment.variables.SECRET_ARN holds a secret in plain text; allowed in dev: the ARN of a secret in Secrets Manager. Pass the ARN and read the secret when the code starts.",
        ],
    },
    {
        type: "lambda/function:Function",
        set: {
            "environment.variables.CREDENTIALS": "arn:aws:secretsmanager:us-east-1:123456789012:secret:x",
        },
        expected: [],
    },
    { type: "lambda/function:Function", set: { "environment.variables.MONKEY": "abc" }, expected: [] },
    {
        type: "lambda/function:Function",
        set: { "environment.variables.USER": "AKIAABCDEFGHIJKLMNOP" },
        expected: [
            "environment.variables.USER holds a secret in plain text; allowed in dev: the ARN of a secret in Secrets Manager. Pass the ARN and read the secret when the code starts.",
        ],
    },
    {
        type: "lambda/function:Function",
        set: { "environment.variables.DATABASE_URL": "postgres://bqx:hunter2@db:5432/bqx" },
        expected: [
            "environment.variables.DATABASE_URL holds a secret in plain text; allowed in dev: the ARN of a secret in Secrets Manager. Pass the ARN and read the secret when the code starts.",
        ],
    },
    {
        type: "lambda/function:Function",
        set: { "environment.variables.DATABASE_URL": "postgres://db:5432/bqx" },
        expected: [],
    },
    { type: "lambda/function:Function", set: { environment: undefined }, expected: [] },
    {
        type: "lambda/function:Function",
        unknown: ["environment.variables.DATABASE_SECRET_ARN"],
        stack: "prod",
        expected: [],
    },
    {
        type: "lambda/function:Function",
        unknown: ["environment.variables.BUCKET"],
        stack: "prod",
        expected: [],
    },
    {
        type: "lambda/function:Function",
        unknown: ["environment.variables.DATABASE_PASSWORD"],
        stack: "prod",
        expected: [unknownIn("environment.variables.DATABASE_PASSWORD")],
    },
    { type: "lambda/function:Function", unknown: ["environment.variables.DATABASE_PASSWORD"], expected: [] },
    {
        type: "lambda/function:Function",
        unknown: ["environment.variables"],
        stack: "prod",
        expected: [unknownIn("environment.variables")],
    },
    {
        type: "sagemaker/model:Model",
        set: { "primaryContainer.environment.TOKEN": "abc" },
        expected: [
            "primaryContainer.environment.TOKEN holds a secret in plain text; allowed in dev: the ARN of a secret in Secrets Manager. Pass the ARN and read the secret when the code starts.",
        ],
    },
    {
        type: "sagemaker/model:Model",
        set: { containers: [{ environment: {} }, { environment: { PASSWORD: "abc" } }] },
        expected: [
            "containers[1].environment.PASSWORD holds a secret in plain text; allowed in dev: the ARN of a secret in Secrets Manager. Pass the ARN and read the secret when the code starts.",
        ],
    },
    {
        type: "sagemaker/trainingJob:TrainingJob",
        set: { "environment.SECRET": "abc" },
        expected: [
            "environment.SECRET holds a secret in plain text; allowed in dev: the ARN of a secret in Secrets Manager. Pass the ARN and read the secret when the code starts.",
        ],
    },
    {
        type: "ecs/taskDefinition:TaskDefinition",
        set: { containerDefinitions: '[{"environment":[{"name":"PASSWORD","value":"abc"}]}]' },
        expected: [
            "containerDefinitions[0].environment.PASSWORD holds a secret in plain text; allowed in dev: the ARN of a secret in Secrets Manager. Pass the ARN and read the secret when the code starts.",
        ],
    },
    {
        type: "ecs/taskDefinition:TaskDefinition",
        unknown: ["containerDefinitions"],
        stack: "prod",
        expected: [unknownIn("containerDefinitions")],
    },
]);

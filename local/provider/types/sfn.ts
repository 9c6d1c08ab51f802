import { z } from "zod";
import { definitionProblems } from "../../services/stepfunctions/definition";
import { defineType } from "../define";
import { conflicts, rule } from "../rules";
import { arn, int, regional, tags, text } from "./common";

/** A definition that runs here as it would on AWS. */
const definition = z.string().superRefine((value, context) => {
    const problems = definitionProblems(value);
    if (problems.length > 0) {
        context.addIssue({
            code: "custom",
            message: `a definition without these problems: ${problems.join("; ")}`,
        });
    }
});

const stateMachine = defineType({
    token: "aws:sfn/stateMachine:StateMachine",
    inputs: regional({
        definition,
        encryptionConfiguration: z
            .strictObject({
                kmsDataKeyReusePeriodSeconds: int(60, 900).optional(),
                kmsKeyId: z.string().min(1).max(2048).optional(),
                type: z.enum(["AWS_OWNED_KEY", "CUSTOMER_MANAGED_KMS_KEY"]).optional(),
            })
            .optional(),
        loggingConfiguration: z
            .strictObject({
                includeExecutionData: z.boolean().optional(),
                level: z.enum(["ALL", "ERROR", "FATAL", "OFF"]).optional(),
                logDestination: text(
                    /^arn:aws[a-z-]*:logs:[a-z0-9-]+:\d{12}:log-group:.+:\*$/,
                    "a log group's ARN that ends in :*",
                ).optional(),
            })
            .optional(),
        name: text(/^[\w-]{1,80}$/, "1 to 80 letters, digits, _ and -").optional(),
        namePrefix: text(/^[\w-]{1,54}$/, "1 to 54 letters, digits, _ and -").optional(),
        publish: z.literal(false, "false; the local stack keeps no versions").optional(),
        roleArn: arn("iam"),
        tags: tags.optional(),
        tracingConfiguration: z.strictObject({ enabled: z.boolean().optional() }).optional(),
        type: z.literal("STANDARD", "STANDARD; the local stack does not run EXPRESS").optional(),
    }),
    rules: [
        conflicts("name", "namePrefix"),
        rule(["loggingConfiguration"], ({ loggingConfiguration }) => {
            const { level, logDestination } = (loggingConfiguration ?? {}) as Record<string, unknown>;
            return level !== undefined && level !== "OFF" && logDestination === undefined
                ? `level ${JSON.stringify(level)} needs a logDestination`
                : undefined;
        }),
    ],
    replaceOn: ["name", "namePrefix", "type"],
    documents: ["definition"],
    physicalName: { property: "name", prefixProperty: "namePrefix", maxLength: 80 },
    identify: ({ arn, physicalName }) => arn("states", `stateMachine:${physicalName}`),
    derive: ({ id, uuid, once }, inputs) => ({
        arn: id,
        creationDate: once("creationDate", () => new Date().toISOString()),
        description: "",
        publish: inputs.publish ?? false,
        revisionId: uuid(`revision ${inputs.definition} ${inputs.roleArn}`),
        status: "ACTIVE",
        type: inputs.type ?? "STANDARD",
        versionDescription: "",
    }),
});

/** State machines. */
export const sfnTypes = [stateMachine];

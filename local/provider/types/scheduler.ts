import { z } from "zod";
import { defineType } from "../define";
import { conflicts } from "../rules";
import { isObject } from "../values";
import { arn, int, regional, tags, text } from "./common";

const name = text(/^[\w.-]{1,64}$/, "at most 64 letters, digits and _.-");
const namePrefix = text(/^[\w.-]{1,38}$/, "at most 38 letters, digits and _.-");

const instant = z.iso.datetime({ offset: true, error: "a time such as 2030-01-01T01:00:00Z" });

const flexibleTimeWindow = z
    .strictObject({
        maximumWindowInMinutes: int(1, 1440).optional(),
        mode: z.enum(["OFF", "FLEXIBLE"]),
    })
    .refine(
        ({ maximumWindowInMinutes, mode }) =>
            (mode === "FLEXIBLE") === (maximumWindowInMinutes !== undefined),
        "maximumWindowInMinutes where mode is FLEXIBLE, and only there",
    );

/** Parameters of targets that the local stack does not start are left out: it refuses them. */
const target = z.strictObject({
    arn: arn(),
    deadLetterConfig: z.strictObject({ arn: arn("sqs") }).optional(),
    input: z.string().min(1).optional(),
    retryPolicy: z
        .strictObject({
            maximumEventAgeInSeconds: int(60, 86_400).optional(),
            maximumRetryAttempts: int(0, 185).optional(),
        })
        .optional(),
    roleArn: arn("iam"),
});

const schedule = defineType({
    token: "aws:scheduler/schedule:Schedule",
    inputs: regional({
        actionAfterCompletion: z.enum(["NONE", "DELETE"]).optional(),
        description: z.string().max(512).optional(),
        endDate: instant.optional(),
        flexibleTimeWindow,
        groupName: name.optional(),
        kmsKeyArn: arn("kms").optional(),
        name: name.optional(),
        namePrefix: namePrefix.optional(),
        scheduleExpression: text(
            /^(rate|cron|at)\(.+\)$/,
            "rate(5 minutes), cron(0/15 * * * ? *) or at(2030-01-01T01:00:00)",
        ).max(256),
        scheduleExpressionTimezone: z.string().min(1).max(50).optional(),
        startDate: instant.optional(),
        state: z.enum(["ENABLED", "DISABLED"]).optional(),
        target,
    }),
    rules: [conflicts("name", "namePrefix")],
    replaceOn: ["groupName", "name", "namePrefix"],
    physicalName: { property: "name", prefixProperty: "namePrefix", maxLength: 64 },
    identify: ({ physicalName }, inputs) => `${inputs.groupName ?? "default"}/${physicalName}`,
    derive: ({ id, arn }, inputs) => ({
        actionAfterCompletion: inputs.actionAfterCompletion ?? "NONE",
        arn: arn("scheduler", `schedule/${id}`),
        groupName: inputs.groupName ?? "default",
        scheduleExpressionTimezone: inputs.scheduleExpressionTimezone ?? "UTC",
        state: inputs.state ?? "ENABLED",
        // In a preview the target may be unknown.
        target: isObject(inputs.target)
            ? {
                  ...inputs.target,
                  retryPolicy: {
                      maximumEventAgeInSeconds: 86_400,
                      maximumRetryAttempts: 185,
                      ...inputs.target.retryPolicy,
                  },
              }
            : inputs.target,
    }),
});

const scheduleGroup = defineType({
    token: "aws:scheduler/scheduleGroup:ScheduleGroup",
    inputs: regional({
        name: name.optional(),
        namePrefix: namePrefix.optional(),
        tags: tags.optional(),
    }),
    rules: [conflicts("name", "namePrefix")],
    replaceOn: ["name", "namePrefix"],
    physicalName: { property: "name", prefixProperty: "namePrefix", maxLength: 64 },
    identify: ({ physicalName }) => physicalName,
    derive: ({ id, arn, once }) => {
        const creationDate = once("creationDate", () => new Date().toISOString());
        return {
            arn: arn("scheduler", `schedule-group/${id}`),
            creationDate,
            lastModificationDate: creationDate,
            state: "ACTIVE",
        };
    },
});

/** Schedules and their groups. */
export const schedulerTypes = [schedule, scheduleGroup];

import { z } from "zod";
import { defineType } from "../define";
import { conflicts, requires, rule } from "../rules";
import { arn, tags, text } from "./common";

const amount = text(/^\d+(\.\d+)?$/, 'a number as a text, such as "450" or "450.50"');

/** The Budgets API's own form of dates. */
const budgetTime = text(/^\d{4}-\d\d-\d\d_\d\d:\d\d$/, "a time such as 2030-01-31_00:00");

const notification = z
    .strictObject({
        comparisonOperator: z.enum(["GREATER_THAN", "LESS_THAN", "EQUAL_TO"]),
        notificationType: z.enum(["ACTUAL", "FORECASTED"]),
        subscriberEmailAddresses: z.array(z.email("an e-mail address")).max(10).optional(),
        subscriberSnsTopicArns: z.array(arn("sns")).max(1).optional(),
        threshold: z.number().min(0),
        thresholdType: z.enum(["PERCENTAGE", "ABSOLUTE_VALUE"]),
    })
    .refine(
        (value) => value.subscriberEmailAddresses !== undefined || value.subscriberSnsTopicArns !== undefined,
        "at least one of subscriberEmailAddresses, subscriberSnsTopicArns",
    );

const operand = z.strictObject({
    key: z.string().min(1),
    values: z.array(z.string()).min(1),
    matchOptions: z.array(z.enum(["EQUALS", "ABSENT", "CASE_SENSITIVE", "CASE_INSENSITIVE"])).optional(),
});

const PARTS = ["ands", "ors", "not", "tags", "dimensions", "costCategories"] as const;

type Filter = Partial<Record<(typeof PARTS)[number], unknown>>;

/** A tree of conditions: each node is one of and, or, not, or a condition on a tag, a dimension or a cost category. */
const filterExpression: z.ZodType<Filter> = z.lazy(() =>
    z
        .strictObject({
            ands: z.array(filterExpression).min(2).optional(),
            ors: z.array(filterExpression).min(2).optional(),
            not: filterExpression.optional(),
            tags: operand.optional(),
            dimensions: operand.optional(),
            costCategories: operand.optional(),
        })
        .refine((node) => PARTS.filter((part) => node[part] !== undefined).length === 1, {
            message: `exactly one of ${PARTS.join(", ")}`,
        }),
);

const budget = defineType({
    token: "aws:budgets/budget:Budget",
    inputs: z.strictObject({
        accountId: text(/^\d{12}$/, "an account id of 12 digits").optional(),
        billingViewArn: arn("billing").optional(),
        budgetType: z.enum([
            "COST",
            "USAGE",
            "RI_UTILIZATION",
            "RI_COVERAGE",
            "SAVINGS_PLANS_UTILIZATION",
            "SAVINGS_PLANS_COVERAGE",
        ]),
        costFilters: z
            .array(z.strictObject({ name: z.string().min(1), values: z.array(z.string()).min(1) }))
            .optional(),
        costTypes: z
            .strictObject({
                includeCredit: z.boolean().optional(),
                includeDiscount: z.boolean().optional(),
                includeOtherSubscription: z.boolean().optional(),
                includeRecurring: z.boolean().optional(),
                includeRefund: z.boolean().optional(),
                includeSubscription: z.boolean().optional(),
                includeSupport: z.boolean().optional(),
                includeTax: z.boolean().optional(),
                includeUpfront: z.boolean().optional(),
                useAmortized: z.boolean().optional(),
                useBlended: z.boolean().optional(),
            })
            .optional(),
        filterExpression: filterExpression.optional(),
        limitAmount: amount.optional(),
        limitUnit: z.string().min(1).optional(),
        metrics: z
            .enum(["BlendedCost", "UnblendedCost", "AmortizedCost", "NetUnblendedCost", "NetAmortizedCost"])
            .optional(),
        name: text(/^[^:\\]{1,100}$/, "at most 100 characters without : and \\").optional(),
        namePrefix: text(/^[^:\\]{1,74}$/, "at most 74 characters without : and \\").optional(),
        notifications: z.array(notification).max(10).optional(),
        plannedLimits: z
            .array(z.strictObject({ amount, startTime: budgetTime, unit: z.string().min(1) }))
            .optional(),
        tags: tags.optional(),
        timePeriodEnd: budgetTime.optional(),
        timePeriodStart: budgetTime.optional(),
        timeUnit: z.enum(["DAILY", "MONTHLY", "QUARTERLY", "ANNUALLY", "CUSTOM"]),
    }),
    rules: [
        conflicts("name", "namePrefix"),
        conflicts("costFilters", "filterExpression"),
        conflicts("costTypes", "metrics"),
        conflicts("limitAmount", "plannedLimits"),
        requires("limitAmount", "limitUnit"),
        rule(["limitAmount", "plannedLimits"], ({ limitAmount, plannedLimits }) =>
            limitAmount === undefined && plannedLimits === undefined
                ? "required unless plannedLimits is given"
                : undefined,
        ),
        rule(["limitUnit", "budgetType"], ({ limitUnit, budgetType }) =>
            budgetType === "COST" && typeof limitUnit === "string" && limitUnit !== "USD"
                ? `got "${limitUnit}"; allowed for a COST budget: "USD"`
                : undefined,
        ),
    ],
    replaceOn: ["accountId", "name", "namePrefix"],
    sets: ["costFilters", "notifications", "plannedLimits"],
    physicalName: { property: "name", prefixProperty: "namePrefix", maxLength: 100 },
    identify: ({ account, physicalName }, inputs) => `${inputs.accountId ?? account}:${physicalName}`,
    derive: ({ account, globalArn, physicalName, once }, inputs) => ({
        accountId: inputs.accountId ?? account,
        arn: globalArn("budgets", `budget/${physicalName}`),
        timePeriodEnd: inputs.timePeriodEnd ?? "2087-06-15_00:00",
        timePeriodStart: inputs.timePeriodStart ?? once("timePeriodStart", firstOfMonth),
    }),
});

/** A budget without a start begins with the month in which it was made. */
function firstOfMonth(): string {
    return `${new Date().toISOString().slice(0, 7)}-01_00:00`;
}

const costAllocationTag = defineType({
    token: "aws:costexplorer/costAllocationTag:CostAllocationTag",
    inputs: z.strictObject({ status: z.enum(["Active", "Inactive"]), tagKey: z.string().min(1).max(1024) }),
    replaceOn: ["tagKey"],
    identify: (_, inputs) => inputs.tagKey,
    derive: (_, { tagKey }) => ({ type: tagKey.startsWith("aws:") ? "AWSGenerated" : "UserDefined" }),
});

/** Budgets and the tags that costs are split by. */
export const billingTypes = [budget, costAllocationTag];

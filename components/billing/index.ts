import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../../config/names";
import { COST_ALLOCATION_TAGS } from "../../config/tags";
import type { TopicArns } from "../alerts";
import { stageTags, stageType, type StackScope } from "../scope";
import { budgetFilter, spendNotifications } from "./plan";

export interface BillingArgs {
    /** The stack; `settings.billing` holds the amounts. */
    readonly scope: StackScope;
    /** Where the cost alarms go. Budgets takes one topic for each notification. */
    readonly topicArns: TopicArns;
}

/**
 * A monthly budget of what carries this project's and this environment's tags, with an alarm at each amount.
 *
 * ```ts
 * new Billing("billing", { scope, topicArns: alerts.topicArns });
 * ```
 *
 * AWS brings the figures up to date about three times a day, and counts by a tag only once the tag is active in the payer
 * account: `activateCostAllocationTags` does that, in one stack of that account, a day after the first tagged resource
 * came up (AWS refuses a tag that it has not yet seen in a bill).
 *
 * Cost: none. AWS charges for budgets that act, and this one only tells.
 */
export class Billing extends pulumi.ComponentResource {
    /** Name of the budget in AWS Budgets. */
    readonly budgetName: pulumi.Output<string>;

    constructor(name: string, args: BillingArgs, opts?: pulumi.ComponentResourceOptions) {
        super(stageType("billing"), name, {}, opts);
        const { stack, settings } = args.scope;
        const child = { parent: this };

        const budget = new aws.budgets.Budget(
            `${name}-budget`,
            {
                name: physicalName("budget", "bqx-ml", args.scope),
                budgetType: "COST",
                timeUnit: "MONTHLY",
                limitAmount: String(settings.billing.budgetUsd),
                limitUnit: "USD",
                filterExpression: budgetFilter(stack),
                metrics: "UnblendedCost", // What the account is billed, with no share of a reservation spread over it.
                notifications: spendNotifications(settings.billing).map((notification) => ({
                    notificationType: notification.notificationType,
                    comparisonOperator: "GREATER_THAN",
                    threshold: notification.thresholdUsd,
                    thresholdType: "ABSOLUTE_VALUE",
                    subscriberSnsTopicArns: [args.topicArns[notification.severity]],
                })),
                tags: stageTags(args.scope, "billing"),
            },
            child,
        );
        if (settings.billing.activateCostAllocationTags) {
            for (const tagKey of COST_ALLOCATION_TAGS) {
                new aws.costexplorer.CostAllocationTag(
                    `${name}-tag-${tagKey}`,
                    { tagKey, status: "Active" },
                    child,
                );
            }
        }
        this.budgetName = budget.name;
        this.registerOutputs({ budgetName: this.budgetName });
    }
}

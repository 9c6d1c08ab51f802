import { expect } from "chai";
import * as pulumi from "@pulumi/pulumi";
import { Billing } from "../../components/billing";
import { deploy } from "../support/mocks";
import { scopeOf, tagsOf } from "../support/scope";

const COST_TAG = "aws:costexplorer/costAllocationTag:CostAllocationTag";

const billing = (settings: Record<string, unknown> = {}) =>
    deploy(() => {
        const topicArns = {
            critical: pulumi.output("arn:critical"),
            warning: pulumi.output("arn:warning"),
            info: pulumi.output("arn:info"),
        };
        return new Billing("billing", { scope: scopeOf({ billing: settings }), topicArns }).budgetName;
    });

const notification = (notificationType: string, threshold: number, topicArn: string) => ({
    notificationType,
    comparisonOperator: "GREATER_THAN",
    threshold,
    thresholdType: "ABSOLUTE_VALUE",
    subscriberSnsTopicArns: [topicArn],
});

describe("Billing", () => {
    it("makes one budget of this project's tags with the plan's alarms", async () => {
        const { resources, named, outputs } = await billing();
        expect(resources.map(({ type }) => type)).to.deep.equal([
            "bqx:stage:Billing",
            "aws:budgets/budget:Budget",
        ]);
        expect(named("billing-budget").parent).to.equal("billing");
        expect(named("billing-budget").inputs).to.deep.equal({
            name: "bqx-ml-dev",
            budgetType: "COST",
            timeUnit: "MONTHLY",
            limitAmount: "500",
            limitUnit: "USD",
            filterExpression: {
                ands: [
                    { tags: { key: "Project", values: ["bqx-ml"] } },
                    { tags: { key: "Environment", values: ["dev"] } },
                ],
            },
            metrics: "UnblendedCost",
            notifications: [
                notification("ACTUAL", 450, "arn:info"),
                notification("ACTUAL", 500, "arn:warning"),
                notification("ACTUAL", 550, "arn:critical"),
                notification("ACTUAL", 600, "arn:critical"),
                notification("FORECASTED", 500, "arn:warning"),
            ],
            tags: tagsOf("billing"),
        });
        expect(outputs).to.equal("bqx-ml-dev");
    });

    it("follows the amounts of the settings", async () => {
        const { named } = await billing({ budgetUsd: 62.5, alarmsUsd: [70] });
        expect(named("billing-budget").inputs).to.deep.include({
            limitAmount: "62.5",
            notifications: [
                notification("ACTUAL", 70, "arn:critical"),
                notification("FORECASTED", 62.5, "arn:warning"),
            ],
        });
    });

    it("turns the tags on for billing where the stack is told to", async () => {
        const { only } = await billing({ activateCostAllocationTags: true });
        const keys = ["Project", "Environment", "Owner", "CostCenter", "ManagedBy", "Stage", "Pair"];
        expect(only(COST_TAG).map(({ inputs }) => inputs)).to.deep.equal(
            keys.map((tagKey) => ({ tagKey, status: "Active" })),
        );
    });
});

import { expect } from "chai";
import { alarmSeverity, budgetFilter, spendNotifications } from "../../components/billing/plan";
import { scopeOf } from "../support/scope";

describe("billing plan", () => {
    for (const { alarmsUsd, severities } of [
        { alarmsUsd: [450, 500, 550, 600], severities: ["info", "warning", "critical", "critical"] },
        { alarmsUsd: [500, 550, 600], severities: ["warning", "critical", "critical"] },
        { alarmsUsd: [550, 600], severities: ["critical", "critical"] },
        { alarmsUsd: [600], severities: ["critical"] },
    ]) {
        it(`ranks ${alarmsUsd.join(", ")} as ${severities.join(", ")}`, () => {
            const ranked = alarmsUsd.map((_, position) => alarmSeverity(position, alarmsUsd.length));
            expect(ranked).to.deep.equal(severities);
        });
    }

    it("tells the plan's four amounts when spent, and the budget when forecast", () => {
        expect(spendNotifications(scopeOf().settings.billing)).to.deep.equal([
            { notificationType: "ACTUAL", thresholdUsd: 450, severity: "info" },
            { notificationType: "ACTUAL", thresholdUsd: 500, severity: "warning" },
            { notificationType: "ACTUAL", thresholdUsd: 550, severity: "critical" },
            { notificationType: "ACTUAL", thresholdUsd: 600, severity: "critical" },
            { notificationType: "FORECASTED", thresholdUsd: 500, severity: "warning" },
        ]);
    });

    it("keeps within the ten notifications that AWS takes, however many the settings allow", () => {
        const { billing } = scopeOf({ billing: { alarmsUsd: [1, 2, 3, 4] } }).settings;
        expect(spendNotifications(billing)).to.have.length(5);
        expect(() => scopeOf({ billing: { alarmsUsd: [1, 2, 3, 4, 5] } })).to.throw("at most 4 entries");
    });

    it("counts what has both tags, not either", () => {
        expect(budgetFilter("prod")).to.deep.equal({
            ands: [
                { tags: { key: "Project", values: ["bqx-ml"] } },
                { tags: { key: "Environment", values: ["prod"] } },
            ],
        });
    });

    it("counts a second stack of an environment with the first", () => {
        expect(budgetFilter("dev-anna")).to.deep.equal(budgetFilter("dev"));
    });
});

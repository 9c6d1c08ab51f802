import { expect } from "chai";
import { rules } from "../../../policies/list";
import { verdict } from "../../policies/verdict";
import { deployInference } from "./fixture";

/** What a first preview does not know: outputs of resources that are still to be made. */
const UNKNOWN: Readonly<Record<string, readonly string[]>> = {
    "inference-refresh": [
        ...["role", "loggingConfig.logGroup", "vpcConfig.subnetIds", "vpcConfig.securityGroupIds"],
        ...["DATABASE_HOST", "DATABASE_PORT", "DATABASE_NAME", "DATABASE_SECRET_ARN"].map(variable),
        ...["CACHE_HOST", "CACHE_PORT", "CACHE_SECRET_ARN"].map(variable),
    ],
    "inference-refresh-role-policy": ["role"],
    "inference-schedule-role-policy": ["role"],
    "inference-schedule": ["groupName", "target.arn", "target.roleArn"],
    "inference-alarm-refresh-errors": ["alarmActions", "okActions"],
    "inference-alarm-refresh-behind": ["alarmActions", "okActions"],
    "inference-alarm-refresh-dropped": ["alarmActions", "okActions"],
};

function variable(name: string): string {
    return `environment.variables.${name}`;
}

describe("Inference in production, at its first preview", function () {
    this.timeout(30_000);

    it("breaks no rule of the policy pack", async () => {
        const { resources } = await deployInference({}, "prod");
        const judged = resources.filter(({ type }) => type.startsWith("aws:"));
        const broken: string[] = [];
        let checks = 0;
        for (const { type, name, inputs } of judged) {
            // Rules read no code; what is in an archive is no plain value.
            const { code, ...props } = inputs;
            expect(code === undefined).to.equal(name !== "inference-refresh");
            for (const rule of rules) {
                if (!("validateResource" in rule)) continue;
                const messages = await verdict(
                    rule,
                    { type, name, props, unknown: UNKNOWN[name] ?? [] },
                    "prod",
                );
                if (messages === "not applicable") continue;
                checks++;
                broken.push(...messages);
            }
        }
        expect(broken).to.deep.equal([]);
        expect(checks).to.be.above(judged.length);
    });
});

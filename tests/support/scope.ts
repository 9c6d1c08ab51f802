import type { StackScope } from "../../components/scope";
import { parseSettings } from "../../config/load";
import { ACCOUNT, REGION } from "./mocks";

/** The scope of a stack with these settings besides the two that have no default. */
export function scopeOf(settings: Readonly<Record<string, unknown>> = {}, stack = "dev"): StackScope {
    return {
        stack,
        account: ACCOUNT,
        region: REGION,
        settings: parseSettings(stack, { owner: "ml-platform", costCenter: "fx-research", ...settings }),
    };
}

/** The tags that every resource of a stage has in `scopeOf`'s stack. */
export function tagsOf(stage: string, environment = "dev"): Record<string, string> {
    return {
        Project: "bqx-ml",
        Environment: environment,
        Owner: "ml-platform",
        CostCenter: "fx-research",
        ManagedBy: "pulumi",
        Stage: stage,
    };
}

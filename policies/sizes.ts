import type { Environment } from "../config/environment";
import { INSTANCE_LIMITS, type InstanceUse } from "./limits";
import type { Problem } from "./rule";

/** A SageMaker instance type that the limits do not have, or that is not a plain text at all. */
export function typeProblem(
    key: string,
    type: unknown,
    use: InstanceUse,
    environment: Environment,
): Problem | undefined {
    const { types, reason } = INSTANCE_LIMITS[use][environment];
    return allowedProblem(key, type, types, reason);
}

/** More SageMaker instances than the limits allow. One where none is said, as AWS takes it. */
export function countProblem(
    key: string,
    count: unknown,
    use: InstanceUse,
    environment: Environment,
): Problem | undefined {
    const { maxCount, reason } = INSTANCE_LIMITS[use][environment];
    return maximumProblem(key, count ?? 1, maxCount, reason);
}

/** A value that is not in a list of sizes. */
export function allowedProblem(
    key: string,
    value: unknown,
    allowed: readonly string[],
    reason: string,
): Problem | undefined {
    if (typeof value === "string" && allowed.includes(value)) return undefined;
    return { found: `${key} is ${shown(value)}`, allowed: allowed.join(", "), fix: fixFor(reason) };
}

/** A number above a limit, or no number. */
export function maximumProblem(
    key: string,
    value: unknown,
    maximum: number,
    reason: string,
): Problem | undefined {
    if (typeof value === "number" && value <= maximum) return undefined;
    return { found: `${key} is ${shown(value)}`, allowed: `at most ${maximum}`, fix: fixFor(reason) };
}

/** A number outside a range, or no number. */
export function rangeProblem(
    key: string,
    value: unknown,
    { min, max }: { readonly min: number; readonly max: number },
    fix: string,
): Problem | undefined {
    if (typeof value === "number" && value >= min && value <= max) return undefined;
    return { found: `${key} is ${shown(value)}`, allowed: `${min} to ${max}`, fix };
}

/** A value as messages show it. */
export function shown(value: unknown): string {
    return value === undefined ? "not set" : JSON.stringify(value);
}

function fixFor(reason: string): string {
    return `Choose an allowed size, or change policies/limits.ts, which says: ${reason.replace(/\.$/, "")}`;
}

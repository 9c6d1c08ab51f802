import { environmentOf } from "./environment";
import type { Pair } from "./pairs";

/** The project's name in Pulumi, in tags and in every physical name. */
export const PROJECT = "bqx-ml";

/** One stage per component of the program; the value of the `Stage` tag. */
export const STAGES = [
    "network",
    "storage",
    "images",
    "featureStore",
    "processing",
    "training",
    "registry",
    "inference",
    "alerts",
    "billing",
] as const;

export type Stage = (typeof STAGES)[number];

/** Tags that everything able to carry tags must have. A policy enforces it; the budget filters by `Project`. */
export const REQUIRED_TAGS = ["Project", "Environment", "Owner", "CostCenter", "ManagedBy", "Stage"] as const;

/** Tags that AWS bills by. `Pair` is set where a thing belongs to one pair. */
export const COST_ALLOCATION_TAGS = [...REQUIRED_TAGS, "Pair"] as const;

export type Tags = Record<(typeof REQUIRED_TAGS)[number], string> & { Pair?: Pair };

/** Values that AWS accepts in a tag. */
export const TAG_VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,256}$/u;

/** The same in words. */
export const TAG_VALUE_RULE = "1 to 256 letters, digits, spaces and _.:/=+-@";

export interface TagOwner {
    stack: string;
    owner: string;
    costCenter: string;
}

/** The tags of one resource. Throws where a value is none that AWS accepts, listing every such value. */
export function tagsFor({ stack, owner, costCenter }: TagOwner, stage: Stage, pair?: Pair): Tags {
    const tags: Tags = {
        Project: PROJECT,
        Environment: environmentOf(stack),
        Owner: owner,
        CostCenter: costCenter,
        ManagedBy: "pulumi",
        Stage: stage,
        ...(pair === undefined ? {} : { Pair: pair }),
    };
    const problems = Object.entries(tags)
        .filter(([, value]) => !TAG_VALUE.test(value))
        .map(([key, value]) => `${key}: got "${value}", allowed: ${TAG_VALUE_RULE}`);
    if (problems.length > 0) throw new Error(`Tags of stage ${stage}: ${problems.join("; ")}`);
    return tags;
}

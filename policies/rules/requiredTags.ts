import type { Environment } from "../../config/environment";
import { PAIRS } from "../../config/pairs";
import { PROJECT, REQUIRED_TAGS, STAGES } from "../../config/tags";
import { isRecord } from "../documents";
import { onTypes, resourceRule, type Check } from "../rule";
import { shown } from "../sizes";
import taggable from "../taggable.generated.json";

const TAGGABLE: ReadonlySet<string> = new Set(taggable);

const FIX = "Pass tags: stageTags(scope, stage) to the resource";

/** Values that a tag may have; a tag that is not here takes any text but an empty one. */
function valuesOf(tag: string, environment: Environment): readonly string[] | undefined {
    switch (tag) {
        case "Project":
            return [PROJECT];
        case "Environment":
            return [environment];
        case "ManagedBy":
            return ["pulumi"];
        case "Stage":
            return STAGES;
        case "Pair":
            return PAIRS;
        default:
            return undefined;
    }
}

const allPresent: Check<Readonly<Record<string, unknown>>> = ({ tags }) => {
    const missing = REQUIRED_TAGS.filter((tag) => !isRecord(tags) || !(tag in tags));
    if (missing.length === 0) return undefined;
    const found = missing.length === 1 ? `tag ${missing.join("")} is` : `tags ${missing.join(", ")} are`;
    return { found: `${found} missing`, allowed: `all of ${REQUIRED_TAGS.join(", ")}`, fix: FIX };
};

const allValid: Check<Readonly<Record<string, unknown>>> = ({ tags }, environment) =>
    [...REQUIRED_TAGS, "Pair"].map((tag) => () => {
        if (!isRecord(tags) || !(tag in tags)) return undefined;
        const value = tags[tag];
        const allowed = valuesOf(tag, environment);
        const valid = allowed === undefined ? value !== "" : allowed.some((text) => text === value);
        if (valid) return undefined;
        return {
            found: `tag ${tag} is ${shown(value)}`,
            allowed: allowed?.join(", ") ?? "any text but an empty one",
            fix: FIX,
        };
    });

/** What has no tags is on no bill: the budget and the cost of a pair are filtered by them. */
export const requiredTags = resourceRule({
    name: "required-tags",
    description: `Everything that can carry tags has ${REQUIRED_TAGS.join(", ")}, and Pair is one of the 28.`,
    validateResource: [onTypes((type) => TAGGABLE.has(type), allPresent, allValid)],
});

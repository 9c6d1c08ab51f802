import * as aws from "@pulumi/aws";
import type { Environment } from "../../config/environment";
import { CACHE_LIMITS } from "../limits";
import { on, resourceRule, type Check } from "../rule";
import { allowedProblem, maximumProblem } from "../sizes";

const nodeType: Check<{ readonly nodeType?: string }> = (cache, environment) => {
    const { types, reason } = CACHE_LIMITS[environment];
    return allowedProblem("nodeType", cache.nodeType, types, reason);
};

function nodes(key: string, count: number, environment: Environment) {
    const { maxNodes, reason } = CACHE_LIMITS[environment];
    return maximumProblem(key, count, maxNodes, reason);
}

/** Each node of a cache is paid for, replicas and shards alike. */
export const cacheSizes = resourceRule({
    name: "cache-sizes",
    description: "Caches use node types and node counts that policies/limits.ts allows.",
    validateResource: [
        on(
            aws.elasticache.ReplicationGroup,
            nodeType,
            ({ numCacheClusters }, environment) =>
                nodes("numCacheClusters", numCacheClusters ?? 1, environment),
            ({ numNodeGroups, replicasPerNodeGroup }, environment) =>
                nodes(
                    "numNodeGroups × (replicasPerNodeGroup + 1)",
                    (numNodeGroups ?? 1) * ((replicasPerNodeGroup ?? 0) + 1),
                    environment,
                ),
        ),
        on(aws.elasticache.Cluster, nodeType, ({ numCacheNodes }, environment) =>
            nodes("numCacheNodes", numCacheNodes ?? 1, environment),
        ),
    ],
});

import * as aws from "@pulumi/aws";
import { isGiven, on, resourceRule, type Problem } from "../rule";
import { shown } from "../sizes";

function mustBeOn(key: string, value: boolean | undefined): Problem | undefined {
    if (value === true) return undefined;
    return { found: `${key} is ${shown(value)}`, allowed: "true", fix: "Set it to true" };
}

/** Features and forecasts are the product; they cross Availability Zones on their way to the cache. */
export const cacheEncrypted = resourceRule({
    name: "cache-encrypted",
    description: "Caches are encrypted at rest and accept TLS connections only.",
    validateResource: [
        on(
            aws.elasticache.ReplicationGroup,
            (cache) => mustBeOn("transitEncryptionEnabled", cache.transitEncryptionEnabled),
            (cache) => mustBeOn("atRestEncryptionEnabled", cache.atRestEncryptionEnabled),
            ({ transitEncryptionMode: mode }) =>
                mode === undefined || mode === "required"
                    ? undefined
                    : {
                          found: `transitEncryptionMode is "${mode}"`,
                          allowed: "required",
                          fix: "Leave it out: the other mode accepts plain connections",
                      },
        ),
        on(aws.elasticache.Cluster, (cache) =>
            isGiven(() => cache.replicationGroupId)
                ? undefined
                : {
                      found: "a cluster outside a replication group cannot be encrypted at rest",
                      allowed: "clusters of an encrypted replication group",
                      fix: "Use aws.elasticache.ReplicationGroup",
                  },
        ),
    ],
});

import * as aws from "@pulumi/aws";
import { isGiven, on, resourceRule } from "../rule";

/** Without it, whoever reaches the port reads and writes the rows that forecasts are made from. */
export const cacheAuthenticated = resourceRule({
    name: "cache-authenticated",
    description: "Caches ask for an auth token or a user.",
    validateResource: [
        on(aws.elasticache.ReplicationGroup, (cache) =>
            isGiven(() => cache.authToken) ||
            isGiven(() => cache.authTokenWo) ||
            isGiven(() => cache.userGroupIds?.length)
                ? undefined
                : {
                      found: "it has neither authToken nor userGroupIds",
                      allowed: "one of them",
                      fix: "Pass an authToken that is kept in Secrets Manager",
                  },
        ),
    ],
});

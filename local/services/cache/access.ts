import { createHash } from "node:crypto";

/** The service's own user in Valkey; clients are the user `default`, as with an ElastiCache auth token. */
export const ADMIN_USER = "elasticache-admin";

/** Commands that ElastiCache does not let clients run, from its user guide (restricted commands). */
const RESTRICTED_COMMANDS = [
    ...["acl|setuser", "acl|load", "acl|save", "acl|deluser"],
    ...["bgrewriteaof", "bgsave", "save", "config", "debug", "migrate", "module", "shutdown"],
    ...["psync", "sync", "replicaof", "slaveof"],
    ...["cluster|addslots", "cluster|addslotsrange", "cluster|bumpepoch", "cluster|delslots"],
    ...["cluster|delslotsrange", "cluster|failover", "cluster|flushslots", "cluster|forget"],
    ...["cluster|links", "cluster|meet", "cluster|setslot"],
];

/** How ElastiCache replaces an auth token: beside the previous one, alone, or by none. */
export type AuthTokenUpdateStrategy = "ROTATE" | "SET" | "DELETE";

/** What Valkey stores of a password. Tokens are random and long, so a plain hash is enough. */
export function hashOf(password: string): string {
    return createHash("sha256").update(password).digest("hex");
}

/**
 * The hashes of the tokens that are valid after an update, newest first. ROTATE keeps the token that was in force,
 * so that clients can change over; SET, or a second ROTATE, ends it.
 */
export function nextHashes(
    before: readonly string[],
    authToken: string | undefined,
    strategy: AuthTokenUpdateStrategy,
): string[] {
    if (authToken === undefined) return [];
    const hash = hashOf(authToken);
    if (strategy === "SET") return [hash];
    return before[0] === hash ? [...before] : [hash, ...before.slice(0, 1).filter((each) => each !== hash)];
}

/** The rules of the client's user; without a token it needs none, as on ElastiCache. */
export function clientRules(hashes: readonly string[]): string[] {
    const passwords = hashes.length === 0 ? ["nopass"] : hashes.map((hash) => `#${hash}`);
    const denied = RESTRICTED_COMMANDS.map((command) => `-${command}`);
    return ["reset", "on", ...passwords, "~*", "&*", "+@all", ...denied];
}

/** Valkey's ACL file: both users, with hashes alone. */
export function accessFile(hashes: readonly string[], adminPassword: string): string {
    const admin = ["reset", "on", `#${hashOf(adminPassword)}`, "~*", "&*", "+@all"];
    return `user default ${clientRules(hashes).join(" ")}\nuser ${ADMIN_USER} ${admin.join(" ")}\n`;
}

import type { Redis } from "ioredis";
import { messageOf } from "../../errors";

/** ElastiCache's default where Valkey's own is `noeviction`. */
const DEFAULTS = { "maxmemory-policy": "volatile-lru" };

/** ElastiCache's parameters that Valkey has by the same name, and that need no restart. */
const SETTABLE = [
    ...["active-expire-effort", "activerehashing", "latency-tracking", "notify-keyspace-events", "timeout"],
    ...["maxmemory-policy", "maxmemory-samples", "lfu-decay-time", "lfu-log-factor"],
    ...[
        "lazyfree-lazy-eviction",
        "lazyfree-lazy-expire",
        "lazyfree-lazy-server-del",
        "lazyfree-lazy-user-del",
    ],
    ...[
        "hash-max-listpack-entries",
        "hash-max-listpack-value",
        "list-compress-depth",
        "list-max-listpack-size",
    ],
    ...["set-max-intset-entries", "zset-max-listpack-entries", "zset-max-listpack-value"],
    ...["slowlog-log-slower-than", "slowlog-max-len"],
];

/** Not Valkey's own: it decides how much memory Valkey is given. */
export const RESERVED_MEMORY = "reserved-memory-percent";

/** What a cache is to be set to. */
export interface CacheParameters {
    /** What `readDefaults` has answered for this server. */
    readonly defaults: ReadonlyMap<string, string>;
    /** The parameter group's values by name. */
    readonly parameters: ReadonlyMap<string, string>;
    readonly maxMemoryBytes: number;
}

/** A cache's settings before any parameter group: what a parameter returns to when its group drops it. */
export async function readDefaults(admin: Redis): Promise<ReadonlyMap<string, string>> {
    const values = new Map<string, string>();
    for (const name of SETTABLE) {
        const [, value] = await admin.config("GET", name);
        if (value !== undefined) values.set(name, value);
    }
    return new Map([...values, ...Object.entries(DEFAULTS)]);
}

/**
 * Brings the cache to a parameter group's values and a bound of memory, without a restart. What does not apply here is
 * skipped, with a line in the log.
 */
export async function applyParameters(
    admin: Redis,
    { defaults, parameters, maxMemoryBytes }: CacheParameters,
    log: (message: string) => void,
): Promise<void> {
    await admin.config("SET", "maxmemory", maxMemoryBytes);
    for (const [name, value] of [...defaults, ...parameters]) {
        if (name === RESERVED_MEMORY) continue;
        const problem = defaults.has(name)
            ? await admin.config("SET", name, value).then(
                  () => undefined,
                  (error: unknown) => messageOf(error),
              )
            : "it does not apply on this machine";
        if (problem !== undefined)
            log(`Parameter ${name} = ${JSON.stringify(value)} is skipped: ${problem}.`);
    }
    // Into the file as well, for a server that dies and is started again.
    await admin.config("REWRITE");
}

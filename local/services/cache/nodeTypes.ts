/** ElastiCache's `maxmemory` of each node type, in bytes, from its user guide (node-type specific parameters). */
const MAX_MEMORY_BYTES: Readonly<Record<string, number>> = {
    "cache.t3.micro": 536_870_912,
    "cache.t3.small": 1_471_026_299,
    "cache.t3.medium": 3_317_862_236,
    "cache.t4g.micro": 536_870_912,
    "cache.t4g.small": 1_471_026_299,
    "cache.t4g.medium": 3_317_862_236,
    "cache.m6g.large": 6_854_542_746,
    "cache.m6g.xlarge": 13_891_921_715,
    "cache.m6g.2xlarge": 27_966_669_210,
    "cache.m7g.large": 6_854_542_746,
    "cache.m7g.xlarge": 13_891_921_715,
    "cache.m7g.2xlarge": 27_966_669_210,
    "cache.r6g.large": 14_037_181_030,
    "cache.r6g.xlarge": 28_261_849_702,
    "cache.r6g.2xlarge": 56_711_183_565,
    "cache.r7g.large": 14_037_181_030,
    "cache.r7g.xlarge": 28_261_849_702,
    "cache.r7g.2xlarge": 56_711_183_565,
};

/** What ElastiCache keeps free on a node unless `reserved-memory-percent` says otherwise. */
export const RESERVED_MEMORY_PERCENT = 25;

/**
 * The memory that data may take on a node type, in bytes.
 *
 * @param reservedPercent 0 to 100
 * @throws Error that lists the known node types
 */
export function dataMemoryBytes(nodeType: string, reservedPercent: number): number {
    const bytes = MAX_MEMORY_BYTES[nodeType];
    if (bytes === undefined) {
        const known = Object.keys(MAX_MEMORY_BYTES).join(", ");
        throw new Error(`nodeType is "${nodeType}"; the local stack knows the memory of: ${known}.`);
    }
    return Math.floor((bytes * (100 - reservedPercent)) / 100);
}

import type { Redis } from "ioredis";
import type { Measurement } from "../process/metrics";

/** The cache's state at one moment; counters run from its server's start. */
export interface CacheFigures {
    readonly keys: number;
    readonly memoryBytes: number;
    readonly maxMemoryBytes: number;
    /** Clients' connections, without the service's own. */
    readonly connections: number;
    readonly evictions: number;
    readonly hits: number;
    readonly misses: number;
    /** Processor time of Valkey's main thread, which runs the commands. */
    readonly cpuSeconds: number;
}

/** Asks the server for its figures. */
export async function readFigures(admin: Redis): Promise<CacheFigures> {
    const keys = await admin.dbsize();
    const info = new Map(
        (await admin.info()).split("\r\n").map((line) => line.split(":", 2) as [string, string]),
    );
    const figure = (name: string): number => {
        const value = Number(info.get(name));
        if (Number.isNaN(value)) throw new Error(`Valkey's INFO has no figure ${name}.`);
        return value;
    };
    return {
        keys,
        memoryBytes: figure("used_memory"),
        maxMemoryBytes: figure("maxmemory"),
        connections: figure("connected_clients") - 1,
        evictions: figure("evicted_keys"),
        hits: figure("keyspace_hits"),
        misses: figure("keyspace_misses"),
        cpuSeconds: figure("used_cpu_sys_main_thread") + figure("used_cpu_user_main_thread"),
    };
}

/** Hits in percent of all look-ups; nothing before the first one. */
export function hitRatePercent({ hits, misses }: CacheFigures): number | undefined {
    return hits + misses === 0 ? undefined : (hits / (hits + misses)) * 100;
}

/** Turns the server's figures into those of `AWS/ElastiCache`. Keeps the previous counters, to tell what came since. */
export class CacheMeter {
    private previous: (CacheFigures & { at: number }) | undefined;

    measure(figures: CacheFigures): Measurement[] {
        const memoryPercent = (figures.memoryBytes / figures.maxMemoryBytes) * 100;
        return [
            { name: "DatabaseMemoryUsagePercentage", value: memoryPercent, unit: "Percent" },
            { name: "CurrConnections", value: figures.connections, unit: "Count" },
            { name: "CurrItems", value: figures.keys, unit: "Count" },
            ...this.changes(figures),
        ];
    }

    private changes(figures: CacheFigures): Measurement[] {
        const now = { ...figures, at: Date.now() };
        const before = this.previous;
        this.previous = now;
        // A restarted server counts from 0 again: the first pair of moments afterwards tells nothing.
        if (before === undefined || now.at <= before.at || now.cpuSeconds < before.cpuSeconds) return [];
        const cpuPercent = ((now.cpuSeconds - before.cpuSeconds) / ((now.at - before.at) / 1000)) * 100;
        return [
            { name: "Evictions", value: now.evictions - before.evictions, unit: "Count" },
            { name: "CacheHits", value: now.hits - before.hits, unit: "Count" },
            { name: "CacheMisses", value: now.misses - before.misses, unit: "Count" },
            { name: "EngineCPUUtilization", value: cpuPercent, unit: "Percent" },
        ];
    }
}

import { statfs } from "node:fs/promises";
import type { Pool } from "pg";
import type { Measurement } from "../process/metrics";
import { ADMIN_ROLE } from "./roles";

/** The cluster's state at one moment. */
export interface DatabaseFigures {
    /** Clients' connections, without the service's own. */
    readonly connections: number;
    readonly sizeBytes: number;
    readonly commits: number;
    readonly deadlocks: number;
}

/** The bounds that a Serverless v2 cluster scales between, in ACU. */
export interface Capacity {
    readonly minCapacity: number;
    readonly maxCapacity: number;
}

/** Least capacity of a cluster that runs; 0 as minimum means that it may pause, which this one does not. */
const RUNNING_ACU_MIN = 0.5;

/** Asks the server for its figures; an answer also proves that it serves. */
export async function readFigures(admin: Pool): Promise<DatabaseFigures> {
    const { rows } = await admin.query<Record<"connections" | "size" | "commits" | "deadlocks", string>>(
        `SELECT (SELECT count(*) FROM pg_stat_activity
                  WHERE backend_type = 'client backend' AND usename <> $1) AS connections,
                (SELECT sum(pg_database_size(oid)) FROM pg_database) AS size,
                sum(xact_commit) AS commits, sum(deadlocks) AS deadlocks
           FROM pg_stat_database`,
        [ADMIN_ROLE],
    );
    const [row] = rows;
    if (row === undefined) throw new Error("PostgreSQL answered without a row.");
    return {
        connections: Number(row.connections),
        sizeBytes: Number(row.size),
        commits: Number(row.commits),
        deadlocks: Number(row.deadlocks),
    };
}

/** Turns the server's figures into those of `AWS/RDS`. Keeps the previous counters, as rates need two moments. */
export class DatabaseMeter {
    private previous: (DatabaseFigures & { at: number }) | undefined;

    /** @param capacity the deployed bounds, where the cluster is Serverless v2 */
    async measure(admin: Pool, dataFolder: string, capacity: Capacity | undefined): Promise<Measurement[]> {
        const figures = await readFigures(admin);
        const { bavail, bsize } = await statfs(dataFolder);
        const measured: Measurement[] = [
            { name: "DatabaseConnections", value: figures.connections, unit: "Count" },
            { name: "FreeLocalStorage", value: bavail * bsize, unit: "Bytes" },
            // The machine's: its memory is what the server has.
            { name: "FreeableMemory", value: process.availableMemory(), unit: "Bytes" },
            ...this.rates(figures),
        ];
        return capacity === undefined ? measured : [...measured, ...capacityMeasurements(capacity)];
    }

    private rates(figures: DatabaseFigures): Measurement[] {
        const now = { ...figures, at: Date.now() };
        const before = this.previous;
        this.previous = now;
        // After a crash the counters start again at 0: the first pair of moments afterwards tells nothing.
        if (before === undefined || now.at <= before.at || now.commits < before.commits) return [];
        const seconds = (now.at - before.at) / 1000;
        const perSecond = (name: string, key: "commits" | "deadlocks"): Measurement => ({
            name,
            value: Math.max(0, now[key] - before[key]) / seconds,
            unit: "Count/Second",
        });
        return [perSecond("CommitThroughput", "commits"), perSecond("Deadlocks", "deadlocks")];
    }
}

/** Nothing scales on one machine: the capacity is the least that is deployed, and the utilization its share of the most. */
function capacityMeasurements({ minCapacity, maxCapacity }: Capacity): Measurement[] {
    const capacity = Math.max(minCapacity, RUNNING_ACU_MIN);
    return [
        { name: "ServerlessDatabaseCapacity", value: capacity, unit: "Count" },
        { name: "ACUUtilization", value: (capacity / maxCapacity) * 100, unit: "Percent" },
    ];
}

import type { MetricDefinition, MetricValue } from "./jobKind";

/** Finds in a job's log the numbers that its metric definitions ask for. */
export class LogMetrics {
    private readonly found = new Map<string, MetricValue>();

    /** @param publish called with each number, as it is found */
    constructor(
        private readonly definitions: readonly MetricDefinition[],
        private readonly publish: (metric: MetricValue) => void,
    ) {}

    /** Takes the next line of the log. */
    read(line: string): void {
        for (const { name, pattern } of this.definitions) {
            const text = pattern.exec(line)?.[1] ?? "";
            const value = Number(text);
            if (text.trim() === "" || !Number.isFinite(value)) continue;
            const metric = { name, value, at: Date.now() };
            this.found.set(name, metric);
            this.publish(metric);
        }
    }

    /** The last value of each metric that was found. */
    get last(): readonly MetricValue[] {
        return [...this.found.values()];
    }
}

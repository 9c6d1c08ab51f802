/** Adds up how long the stages of some work take. */
export class Stopwatch<Stage extends string> {
    readonly #milliseconds = new Map<Stage, number>();
    #sinceMs = performance.now();

    /** Counts the time since the last call as that of a stage. */
    lap(stage: Stage): void {
        const nowMs = performance.now();
        this.#milliseconds.set(stage, (this.#milliseconds.get(stage) ?? 0) + nowMs - this.#sinceMs);
        this.#sinceMs = nowMs;
    }

    /** Whole milliseconds by stage, in the order of their first lap. */
    get milliseconds(): Partial<Record<Stage, number>> {
        const entries = Array.from(this.#milliseconds, ([stage, ms]) => [stage, Math.round(ms)]);
        return Object.fromEntries(entries) as Partial<Record<Stage, number>>;
    }
}

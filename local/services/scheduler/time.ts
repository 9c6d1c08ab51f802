/** Wall time and timers, so that tests need not wait. */
export interface Time {
    /** Milliseconds since 1970. */
    now(): number;
    /** Runs something once after a while, unless the service is stopped before. */
    after(milliseconds: number, run: () => void): void;
    /** Forgets all that waits, and what is asked for later. */
    stop(): void;
}

/** The machine's own time. Its timers keep no process alive. */
export function systemTime(): Time {
    const timers = new Set<NodeJS.Timeout>();
    let stopped = false;
    return {
        now: () => Date.now(),
        after(milliseconds, run) {
            if (stopped) return;
            const timer = setTimeout(() => {
                timers.delete(timer);
                run();
            }, milliseconds).unref();
            timers.add(timer);
        },
        stop() {
            stopped = true;
            for (const timer of timers) clearTimeout(timer);
            timers.clear();
        },
    };
}

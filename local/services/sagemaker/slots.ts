/** A fixed number of places, given out in the order in which they are asked for. */
export class Slots {
    private readonly waiting: (() => void)[] = [];

    constructor(private free: number) {}

    /** Whether the next to ask has to wait. */
    get isFull(): boolean {
        return this.free === 0;
    }

    /**
     * Runs the task once there is a place for it.
     * @throws the signal's reason where it aborts while the task waits
     */
    async run<Result>(signal: AbortSignal, task: () => Promise<Result>): Promise<Result> {
        await this.enter(signal);
        try {
            return await task();
        } finally {
            this.leave();
        }
    }

    private async enter(signal: AbortSignal): Promise<void> {
        signal.throwIfAborted();
        if (this.free > 0) {
            this.free--;
            return;
        }
        await new Promise<void>((resolve, reject) => {
            const enter = () => {
                signal.removeEventListener("abort", giveUp);
                resolve();
            };
            const giveUp = () => {
                this.waiting.splice(this.waiting.indexOf(enter), 1);
                reject(signal.reason as Error);
            };
            this.waiting.push(enter);
            signal.addEventListener("abort", giveUp, { once: true });
        });
    }

    private leave(): void {
        const next = this.waiting.shift();
        if (next === undefined) this.free++;
        else next();
    }
}

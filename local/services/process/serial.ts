/** Runs tasks one after another: a server must not be started and stopped at once. */
export class Serial {
    private last: Promise<unknown> = Promise.resolve();

    run<Result>(task: () => Promise<Result>): Promise<Result> {
        const result = this.last.then(task);
        // A task that fails tells its own caller; the next one runs all the same.
        this.last = result.catch(() => undefined);
        return result;
    }
}

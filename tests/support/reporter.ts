import { reporters, Runner, type MochaOptions } from "mocha";

/** Mocha's own report with the counts as its very last line, for people and for scripts that read only the end. */
class Reporter extends reporters.Spec {
    constructor(runner: Runner, options?: MochaOptions) {
        super(runner, options);
        // After Spec's own listener, which prints the failures.
        runner.once(Runner.constants.EVENT_RUN_END, () => {
            const { passes, failures, pending } = this.stats;
            const skipped = pending > 0 ? `, ${pending} skipped` : "";
            process.stdout.write(`${passes} passed, ${failures} failed${skipped}\n`);
        });
    }
}

export = Reporter;

/** What the container of a processing job runs. Its settings are in settings.ts, its work in job.ts. */
import { leaveMessage, readContainer } from "./container";
import { discardUnfinished } from "./dataset";
import { runJob } from "./job";
import { log } from "./log";
import { baseDirOf, readSettings } from "./settings";

/** What a shell answers for a process that SIGTERM has ended. */
const TERMINATED_EXIT_CODE = 143;

async function main(): Promise<void> {
    try {
        const settings = readSettings(process.env);
        const container = readContainer(settings.baseDir);
        // As process 1 of a container Node does not end by this signal, and AWS kills it two minutes later.
        process.once("SIGTERM", () => {
            log("stopped before the end");
            discardUnfinished(container.outputDir);
            process.exit(TERMINATED_EXIT_CODE);
        });
        await runJob(settings, container);
    } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        log("failed", { error: reason, stack: error instanceof Error ? error.stack : undefined });
        leaveMessage(baseDirOf(process.env), reason);
        process.exitCode = 1;
    }
}

void main();

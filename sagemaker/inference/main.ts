/** What the container of the endpoint runs. Its settings are in settings.ts, what it answers in api.ts. */
import { log } from "../processing/log";
import { InferenceServer } from "./server";
import { readSettings } from "./settings";

async function main(): Promise<void> {
    try {
        const server = await InferenceServer.start(readSettings(process.env));
        process.once("SIGTERM", () => {
            void server.drain().then((isComplete) => {
                log("stopped");
                process.exitCode = isComplete ? 0 : 1;
            });
        });
    } catch (error) {
        log("failed", { error: error instanceof Error ? error.message : String(error) });
        process.exitCode = 1;
    }
}

void main();

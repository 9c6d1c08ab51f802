/** The host's process: `main.ts <stack> <tools as JSON>`, started by launch.ts and stopped by a signal. */
import { z } from "zod";
import { findInstance, tlsDirOf } from "../instance";
import { messageOf } from "../errors";
import { ensureCertificate } from "./certificate";
import { Host } from "./host";

const toolsSchema = z.strictObject({ postgresDir: z.string(), valkeyServer: z.string() });

async function main([stack = "", tools = ""]: readonly string[]): Promise<void> {
    const instance = findInstance(stack);
    if (instance === undefined) throw new Error(`There is no local stack "${stack}".`);
    const certificate = await ensureCertificate(tlsDirOf(instance));
    const host = new Host(instance, toolsSchema.parse(JSON.parse(tools)), certificate);
    let stopping = false;
    const started = host.start();
    const stop = (): void => {
        if (stopping) return;
        stopping = true;
        // What is being started is stopped once it runs: stopped any earlier, it would be left behind.
        void started
            .catch(() => undefined)
            .then(() => host.stop())
            .then(() => process.exit(0));
    };
    process.on("SIGTERM", stop);
    process.on("SIGINT", stop);
    try {
        await started;
    } catch (error) {
        await host.stop();
        throw error;
    }
}

main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(messageOf(error));
    process.exit(1);
});

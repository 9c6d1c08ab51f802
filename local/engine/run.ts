import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdirSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../errors";
import { stackDir, ROOT } from "../paths";
import type { OperationMessage, OperationRequest, OperationResult } from "./protocol";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/**
 * Runs one operation of the engine in a child process, with what the engine prints going to the stack's log.
 * @throws UserError where the process ends without a result
 */
export async function runOperation(
    request: OperationRequest,
    onProgress: (text: string) => void,
): Promise<OperationResult> {
    const logs = join(stackDir(request.stack), "logs");
    mkdirSync(logs, { recursive: true });
    const logPath = join(logs, "engine.log");
    const log = createWriteStream(logPath, { flags: "w", mode: 0o600 });
    const child = spawn(
        process.execPath,
        ["--require", require.resolve("tsx/cjs"), join(__dirname, "operation.ts")],
        {
            cwd: ROOT,
            stdio: ["ignore", "pipe", "pipe", "ipc"],
        },
    );
    child.stdout?.pipe(log, { end: false });
    child.stderr?.pipe(log, { end: false });
    const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
    for (const signal of SIGNALS) process.on(signal, forward);
    try {
        return await new Promise<OperationResult>((resolve, reject) => {
            let result: OperationResult | undefined;
            child.on("message", (message) => {
                const told = message as OperationMessage;
                if (told.type === "progress") onProgress(told.text);
                else result = told.result;
            });
            child.once("error", reject);
            // What the process told last may be read after it has exited, but not after its channel has closed.
            const exited = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
            void Promise.all([exited, once(child, "disconnect")]).then(([[code, signal]]) => {
                const how = signal ?? `exit ${code ?? ""}`;
                if (result !== undefined) resolve(result);
                else reject(new UserError(`The engine's process ended early (${how}); see ${logPath}.`));
            }, reject);
            child.send(request);
        });
    } finally {
        for (const signal of SIGNALS) process.off(signal, forward);
        log.end();
    }
}

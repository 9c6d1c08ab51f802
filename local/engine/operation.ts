/** One operation of the engine in a process of its own; run.ts starts it and speaks with it over IPC. */
import { LocalWorkspace, PulumiCommand, type EngineEvent, type Stack } from "@pulumi/pulumi/automation";
import { dirname, join } from "node:path";
import { PROJECT } from "../../config/tags";
import program from "../../index";
import { messageOf } from "../errors";
import { findInstance } from "../instance";
import { ROOT } from "../paths";
import { debugProviders, startAwsxProvider } from "../provider/attach";
import { startProvider } from "../provider/server";
import { HostClient } from "../services/client";
import { EventDigest } from "./digest";
import type { OperationMessage, OperationRequest, OperationResult } from "./protocol";
import { localWorkspace, type Workspace } from "./workspace";

const POLICY_PACK = join(ROOT, "policies");

process.once("message", (request) => {
    void operate(request as OperationRequest).then((result) => {
        tell({ type: "result", result });
        process.disconnect();
        process.exit(0);
    });
});

async function operate(request: OperationRequest): Promise<OperationResult> {
    const startedAt = Date.now();
    const aborter = new AbortController();
    process.once("disconnect", () => aborter.abort()); // The parent has gone: nobody waits for the end.
    const digest = new EventDigest((text) => tell({ type: "progress", text }));
    let outcome: Pick<OperationResult, "succeeded" | "outputs">;
    let failure: string | undefined;
    const stop: (() => Promise<void>)[] = [];
    try {
        const stack = await openStack(request, stop);
        outcome = { succeeded: true, outputs: await perform(stack, request.kind, digest, aborter.signal) };
    } catch (error) {
        outcome = { succeeded: false, outputs: {} };
        failure = messageOf(error);
    } finally {
        for (const close of stop) await close();
    }
    const { changes, policyViolations } = digest;
    const known = digest.errors.length > 0 || policyViolations.some(({ level }) => level === "mandatory");
    const errors = failure === undefined || known ? digest.errors : [lastLines(failure)];
    return { ...outcome, changes, policyViolations, errors, seconds: (Date.now() - startedAt) / 1000 };
}

async function openStack(
    { stack, target, engine }: OperationRequest,
    stop: (() => Promise<void>)[],
): Promise<Stack> {
    const workspace = target === "local" ? await openLocal(stack, stop) : { workDir: ROOT };
    // The binary's folder is <root>/bin in an installation of the SDK's own; ours is given by its path alone.
    const pulumiCommand = await PulumiCommand.get(
        engine === "pulumi" ? {} : { root: dirname(dirname(engine)) },
    );
    return LocalWorkspace.createOrSelectStack(
        { stackName: stack, projectName: PROJECT, program },
        { ...workspace, pulumiCommand },
    );
}

async function openLocal(stack: string, stop: (() => Promise<void>)[]): Promise<Workspace> {
    const instance = findInstance(stack);
    if (instance === undefined) throw new Error(`There is no local stack "${stack}".`);
    const { account, region } = instance;
    const [provider, awsx] = await Promise.all([
        startProvider({ host: new HostClient(instance), account, region }),
        startAwsxProvider(),
    ]);
    stop.push(
        () => provider.stop(),
        () => awsx.stop(),
    );
    return localWorkspace(instance, debugProviders({ provider: provider.port, awsx: awsx.port }));
}

/** Runs the engine with the policy pack on, and answers the stack's outputs with the secret ones left out. */
async function perform(
    stack: Stack,
    kind: OperationRequest["kind"],
    digest: EventDigest,
    signal: AbortSignal,
) {
    const options = {
        policyPacks: [POLICY_PACK],
        onEvent: (event: EngineEvent) => digest.take(event),
        onOutput: (text: string) => process.stdout.write(text),
        color: "never" as const,
        signal,
    };
    if (kind === "preview") {
        await stack.preview(options);
        return {};
    }
    const { outputs } = await stack.up({ ...options, suppressOutputs: true });
    const shown = Object.entries(outputs).filter(([, { secret }]) => !secret);
    return Object.fromEntries(shown.map(([name, { value }]) => [name, value as unknown]));
}

function tell(message: OperationMessage): void {
    process.send?.(message);
}

function lastLines(text: string): string {
    return text.trim().split("\n").slice(-20).join("\n");
}

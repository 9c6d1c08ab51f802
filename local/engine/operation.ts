/** One operation of the engine in a process of its own; run.ts starts it and speaks with it over IPC. */
import {
    LocalWorkspace,
    type EngineEvent,
    type PreviewOptions,
    type Stack,
    type UpOptions,
} from "@pulumi/pulumi/automation";
import { join } from "node:path";
import { PROJECT } from "../../config/tags";
import program from "../../index";
import { messageOf } from "../errors";
import { findInstance } from "../instance";
import { ROOT } from "../paths";
import { debugProviders, startAwsxProvider } from "../provider/attach";
import { startProvider } from "../provider/server";
import { HostClient } from "../services/client";
import { engineCommand } from "./command";
import { EventDigest } from "./digest";
import type { OperationMessage, OperationRequest, OperationResult } from "./protocol";
import { awsWorkspace, localWorkspace, type Workspace } from "./workspace";

const POLICY_PACK = join(ROOT, "policies");

process.once("message", (request) => {
    void operate(request as OperationRequest).then((result) => {
        // Exits once the result is sent: a long one takes more than one write.
        process.send?.({ type: "result", result } satisfies OperationMessage, () => process.exit(0));
    });
});

/** Runs the request to its end. A deployment previews first, so that a rule about the whole stack stops it in time. */
async function operate(request: OperationRequest): Promise<OperationResult> {
    const startedAt = Date.now();
    const aborter = new AbortController();
    process.once("disconnect", () => aborter.abort()); // The parent has gone: nobody waits for the end.
    const stop: (() => Promise<void>)[] = [];
    let run = NOTHING_RUN;
    try {
        const stack = await openStack(request, stop);
        run = await runEngine(stack, "preview", aborter.signal);
        if (run.succeeded && request.kind === "deploy")
            run = await runEngine(stack, "deploy", aborter.signal);
    } catch (error) {
        run = { ...run, succeeded: false, errors: [reasonOf(messageOf(error))] };
    } finally {
        for (const close of stop) await close();
    }
    return { ...run, seconds: (Date.now() - startedAt) / 1000 };
}

type Run = Omit<OperationResult, "seconds">;

const NOTHING_RUN: Run = {
    succeeded: false,
    changes: { create: 0, update: 0, replace: 0, delete: 0, same: 0 },
    policyViolations: [],
    errors: [],
    outputs: {},
};

/** One pass of the engine, with the policy pack on. */
async function runEngine(stack: Stack, kind: OperationRequest["kind"], signal: AbortSignal): Promise<Run> {
    const doing = kind === "preview" ? "previewing: " : "";
    const digest = new EventDigest((text) => tell({ type: "progress", text: `${doing}${text}` }));
    const options = {
        policyPacks: [POLICY_PACK],
        onEvent: (event: EngineEvent) => digest.take(event),
        onOutput: (text: string) => process.stdout.write(text),
        color: "never" as const,
        signal,
    };
    try {
        const outputs = kind === "preview" ? await preview(stack, options) : await up(stack, options);
        return { succeeded: true, ...digest.result, outputs };
    } catch (error) {
        const { errors, policyViolations } = digest.result;
        const isKnown = errors.length > 0 || policyViolations.some(({ level }) => level === "mandatory");
        const failure = { ...digest.result, errors: isKnown ? errors : [reasonOf(messageOf(error))] };
        return { succeeded: false, ...failure, outputs: {} };
    }
}

async function preview(stack: Stack, options: PreviewOptions): Promise<Run["outputs"]> {
    await stack.preview(options);
    return {};
}

/** @returns the stack's outputs, the secret ones left out */
async function up(stack: Stack, options: UpOptions): Promise<Run["outputs"]> {
    const { outputs } = await stack.up({ ...options, suppressOutputs: true });
    const shown = Object.entries(outputs).filter(([, { secret }]) => !secret);
    return Object.fromEntries(shown.map(([name, { value }]) => [name, value as unknown]));
}

async function openStack(
    { stack, target, engine }: OperationRequest,
    stop: (() => Promise<void>)[],
): Promise<Stack> {
    const workspace = target === "local" ? await openLocal(stack, stop) : awsWorkspace();
    const pulumiCommand = await engineCommand(engine);
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

function tell(message: OperationMessage): void {
    process.send?.(message);
}

/** What went wrong, out of the report of a command that failed: the errors that it names, else its last lines. */
function reasonOf(report: string): string {
    const errors = new Set(report.match(/(?<=^error: ).+$/gm));
    return errors.size > 0 ? [...errors].join("\n") : report.trim().split("\n").slice(-20).join("\n");
}

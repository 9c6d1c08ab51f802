import type { Command } from "commander";
import { requireInstance, deployStack } from "../../local/stack";
import { describeResult, printJson, resultDocument } from "../output";
import { createStep } from "../progress";
import { withEngineOptions, type EngineOptions } from "./preview";

/** `bqx deploy`: previews, and where nothing speaks against it, deploys. Exits 1 where it did not succeed. */
export function deployCommand(program: Command): void {
    withEngineOptions(program.command("deploy").description("deploy a stack; it is previewed first")).action(
        deploy,
    );
}

async function deploy({ stack, target, json }: EngineOptions): Promise<void> {
    const result = await deployStack(stack, target, createStep());
    if (!result.succeeded) process.exitCode = 1;
    if (json) printJson({ ...resultDocument(result), outputs: result.outputs });
    else process.stdout.write(`${describeResult(result, "deploy", stack)}\n`);
    if (!json && result.succeeded && target === "local") {
        process.stdout.write(`  console http://127.0.0.1:${requireInstance(stack).ports.console}/\n`);
    }
}

import { Option, type Command } from "commander";
import { previewStack, type Target } from "../../local/stack";
import { describeResult, printJson, resultDocument } from "../output";
import { createStep } from "../progress";

/** Options of the commands that run the engine on a stack. */
export interface EngineOptions {
    readonly stack: string;
    readonly target: Target;
    readonly json?: true;
}

/** Adds the options that `preview` and `deploy` share. */
export function withEngineOptions(command: Command): Command {
    return command
        .requiredOption("--stack <name>", "the stack whose Pulumi.<name>.yaml is meant: dev, prod, local")
        .addOption(
            new Option(
                "--target <where>",
                "local: this machine's providers and a state of their own; aws: the real account",
            )
                .choices(["local", "aws"])
                .default("local"),
        )
        .option("--json", "print one JSON document");
}

/** `bqx preview`: what would change, and which policies it breaks. Exits 1 where it could not be deployed. */
export function previewCommand(program: Command): void {
    withEngineOptions(
        program.command("preview").description("say what deploying a stack would change"),
    ).action(preview);
}

async function preview({ stack, target, json }: EngineOptions): Promise<void> {
    const result = await previewStack(stack, target, createStep());
    if (!result.succeeded) process.exitCode = 1;
    if (json) printJson(resultDocument(result));
    else process.stdout.write(`${describeResult(result, "preview", stack)}\n`);
}

import type { Command } from "commander";
import { findInstance, listInstances } from "../../local/instance";
import { downStack, requireInstance } from "../../local/stack";
import { printJson } from "../output";

interface DownOptions {
    readonly stack?: string;
    readonly purge?: true;
    readonly json?: true;
}

/** `bqx down`: stops what was started here, and nothing else. */
export function downCommand(program: Command): void {
    program
        .command("down")
        .description("stop the local stacks of this checkout; their data stays")
        .option("--stack <name>", "stop only this one")
        .option("--purge", "remove their state too, with all data")
        .option("--json", "print one JSON document")
        .action(down);
}

async function down({ stack, purge, json }: DownOptions): Promise<void> {
    if (stack !== undefined) requireInstance(stack);
    const stopped: string[] = [];
    const purged: string[] = [];
    for (const name of stack === undefined ? listInstances() : [stack]) {
        const instance = findInstance(name);
        if (instance === undefined) continue;
        if (await downStack(instance, purge === true)) stopped.push(name);
        if (purge) purged.push(name);
    }
    if (json) printJson({ stopped, purged });
    else process.stdout.write(describe(stopped, purged));
}

function describe(stopped: readonly string[], purged: readonly string[]): string {
    const lines = [
        stopped.length === 0 ? "Nothing was running." : `Stopped ${stopped.join(", ")}.`,
        ...(purged.length === 0 ? [] : [`Removed the state of ${purged.join(", ")}.`]),
    ];
    return `${lines.join("\n")}\n`;
}

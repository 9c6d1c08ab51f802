import type { Command } from "commander";
import type { StackStatus } from "../../local/console/status";
import { listInstances } from "../../local/instance";
import { HostClient } from "../../local/services/client";
import { requireInstance } from "../../local/stack";
import { printJson } from "../output";

interface StatusOptions {
    readonly stack: string;
    readonly json?: true;
}

/** `bqx status`: what runs and what is served. Exits 1 where the stack does not run or a service is not healthy. */
export function statusCommand(program: Command): void {
    program
        .command("status")
        .description("show what runs and what is served")
        .option("--stack <name>", "the local stack", "local")
        .option("--json", "print one JSON document")
        .action(status);
}

async function status({ stack, json }: StatusOptions): Promise<void> {
    if (json && !listInstances().includes(stack)) {
        report(stoppedDocument(stack), json);
        return;
    }
    const instance = requireInstance(stack);
    const running = await new HostClient(instance).status();
    if (running === undefined) {
        if (!json)
            process.stdout.write(
                `The local stack "${stack}" is stopped; its data is kept. Start it with "./bqx up".\n`,
            );
        report(stoppedDocument(stack), json);
        return;
    }
    if (!json) process.stdout.write(describe(running, instance.ports.console));
    report(running, json);
}

interface Reported {
    readonly services: readonly { readonly healthy: boolean }[];
}

function report(document: Reported, json: true | undefined): void {
    if (document.services.length === 0 || document.services.some(({ healthy }) => !healthy))
        process.exitCode = 1;
    if (json) printJson(document);
}

function stoppedDocument(stack: string): Reported & Pick<StackStatus, "stack" | "endpoint" | "pairs"> {
    return { stack, endpoint: null, pairs: [], services: [] };
}

function describe(
    { stack, startedAt, services, stages, deployment, alarms }: StackStatus,
    consolePort: number,
): string {
    const width = Math.max(...services.map(({ title }) => title.length));
    const resources = stages.reduce((sum, { resources }) => sum + resources.length, 0);
    const raised = alarms.filter(({ state }) => state === "ALARM").map(({ name }) => name);
    return [
        `Local stack "${stack}", running since ${startedAt}`,
        ...services.map(
            ({ title, healthy, detail }) =>
                `  ${title.padEnd(width)}  ${healthy ? "healthy" : "NOT HEALTHY"}  ${detail}`,
        ),
        `  ${resources} resources in ${stages.length} stages; last deployment ${deployment.state}${deployment.at === undefined ? "" : `, ${deployment.at}`}`,
        raised.length === 0
            ? `  no alarm is raised (${alarms.length} watched)`
            : `  alarms raised: ${raised.join(", ")}`,
        `  console http://127.0.0.1:${consolePort}/`,
        "",
    ].join("\n");
}

import { spawn } from "node:child_process";
import type { Command } from "commander";
import { deployStack, downStack, requireInstance } from "../../local/stack";
import { findInstance } from "../../local/instance";
import { describeResult, printJson } from "../output";
import { createStep } from "../progress";

const STACK = "local";

interface UpOptions {
    readonly fresh?: true;
    readonly open: boolean;
    readonly json?: true;
}

/** `bqx up`: the whole stack on this machine, from nothing or from where it was. */
export function upCommand(program: Command): void {
    program
        .command("up")
        .description("run the whole stack on this machine and leave it running")
        .option("--fresh", "remove the stack's state first, with all its data")
        .option("--no-open", "do not open the console in a browser")
        .option("--json", "print one JSON document")
        .action(up);
}

async function up({ fresh, open, json }: UpOptions): Promise<void> {
    const startedAt = Date.now();
    const step = createStep();
    const previous = findInstance(STACK);
    if (fresh && previous !== undefined)
        await step("Removing the old state", () => downStack(previous, true));
    const result = await deployStack(STACK, "local", step, "up");
    const { ports } = requireInstance(STACK);
    const console = `http://127.0.0.1:${ports.console}/`;
    const seconds = (Date.now() - startedAt) / 1000;
    if (!result.succeeded) process.exitCode = 1;
    process.stderr.write(`${describeResult(result, "deploy", STACK)}\n`);
    if (json) {
        printJson({ pairs: [], api: null, aws: `http://127.0.0.1:${ports.aws}`, console, seconds });
        return;
    }
    if (!result.succeeded) return;
    process.stdout.write(`The local stack runs (${seconds.toFixed(1)} s).\n`);
    process.stdout.write(`  console  ${console}\n  AWS APIs http://127.0.0.1:${ports.aws}\n`);
    process.stdout.write(`Stop it with "./bqx down"; its data stays.\n`);
    if (open) openInBrowser(console);
}

/** Only for a person at a desktop; where no browser can be opened the printed address is enough. */
function openInBrowser(url: string): void {
    const atDesktop =
        process.platform === "darwin" ||
        process.env["DISPLAY"] !== undefined ||
        process.env["WAYLAND_DISPLAY"] !== undefined;
    if (!process.stdout.isTTY || !atDesktop) return;
    const opener = spawn(process.platform === "darwin" ? "open" : "xdg-open", [url], {
        detached: true,
        stdio: "ignore",
    });
    opener.on("error", () => undefined);
    opener.unref();
}

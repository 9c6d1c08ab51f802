import { spawn } from "node:child_process";
import { join } from "node:path";
import { Argument, type Command } from "commander";
import { ROOT } from "../../local/paths";
import { ensureBrowser } from "../../local/toolchain/browser";
import { ensureEngine } from "../../local/toolchain/engine";
import { ensurePolicyBundle } from "../../local/toolchain/policyBundle";
import { ensureValkey } from "../../local/toolchain/valkey";
import { createStep } from "../progress";

const PARTS = {
    unit: ["tests/**/*.spec.ts", "--ignore", "tests/e2e/**"],
    e2e: ["tests/e2e/**/*.spec.ts"],
    all: ["tests/**/*.spec.ts"],
} as const;

type Part = keyof typeof PARTS;

/** `bqx test`: installs what the tests need, then runs them. Exits as the test runner does. */
export function testCommand(program: Command): void {
    program
        .command("test")
        .description("run the test suite")
        .addArgument(new Argument("[part]", "which part").choices(["unit", "e2e", "all"]).default("all"))
        .action(test);
}

async function test(part: Part): Promise<void> {
    const step = createStep();
    await step("Pulumi engine", (detail) => ensureEngine(detail));
    const valkey = await step("Valkey", (detail) => ensureValkey(detail));
    await step("Policy pack", () => ensurePolicyBundle());
    await step("Browser", (detail) => ensureBrowser(detail));
    process.exitCode = await runMocha(PARTS[part], { ...process.env, BQX_VALKEY: valkey });
}

function runMocha(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
    const mocha = join(ROOT, "node_modules", "mocha", "bin", "mocha.js");
    const child = spawn(process.execPath, [mocha, ...args], { cwd: ROOT, env, stdio: "inherit" });
    return new Promise((resolve, reject) => {
        child.once("error", reject);
        child.once("close", (code) => resolve(code ?? 1));
    });
}

import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { runProgram, typescript } from "./support/processes";

const ROOT = join(__dirname, "..");
const bin = (name: string): string => join(ROOT, "node_modules", ".bin", name);

/** Tools that write a file of the repository; with `--check` they compare it. */
const generators = readdirSync(join(ROOT, "tools")).filter((name) =>
    readFileSync(join(ROOT, "tools", name), "utf8").includes('process.argv.includes("--check")'),
);

/** Runs a tool at the root; fails with all that it printed where it objects. */
async function passes(command: string, ...args: string[]): Promise<void> {
    const { code, stdout, stderr } = await runProgram(command, args, { cwd: ROOT });
    if (code !== 0)
        throw new Error(
            `${basename(command)} ${args.join(" ")} (exit ${code ?? "by signal"}):\n${stdout}${stderr}`,
        );
}

describe("the sources", function () {
    this.timeout(300_000);

    it("have types that fit (tsc)", () => passes(bin("tsc"), "-p", "tsconfig.json"));

    it("keep the rules (eslint)", () => passes(bin("eslint"), "."));

    it("are formatted (prettier)", () => passes(bin("prettier"), "--check", "--log-level=warn", "."));

    it("have generators", () => expect(generators).to.include.members(["policiesDoc.ts", "settingsDoc.ts"]));

    for (const name of generators)
        it(`agree with what tools/${name} generates`, () =>
            passes(process.execPath, ...typescript(join("tools", name), "--check")));
});

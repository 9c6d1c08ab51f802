import { expect } from "chai";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../local/paths";
import { runProgram } from "./processes";
import { temporaryDir } from "./temporary";

describe("the test reporter", () => {
    const dir = temporaryDir();

    /** The last line that mocha prints for these tests. */
    async function lastLine(tests: string): Promise<string> {
        const file = join(dir(), "a.spec.js");
        writeFileSync(file, tests);
        const mocha = join(ROOT, "node_modules", "mocha", "bin", "mocha.js");
        const args = [
            mocha,
            "--no-config",
            "--require",
            "tsx/cjs",
            "--reporter",
            join(__dirname, "reporter.ts"),
            file,
        ];
        const { stdout } = await runProgram(process.execPath, args, { cwd: ROOT });
        return stdout.trimEnd().split("\n").at(-1) ?? "";
    }

    it("ends with the counts", async () => {
        expect(await lastLine('it("passes", () => {});')).to.equal("1 passed, 0 failed");
    });

    it("ends with them after the failures too, and counts what was skipped", async () => {
        const failing = 'it("fails", () => { throw new Error("no"); });';
        expect(await lastLine(`${failing} it.skip("is skipped"); it("passes", () => {});`)).to.equal(
            "1 passed, 1 failed, 1 skipped",
        );
    });
});

import { expect } from "chai";
import { run } from "../../../local/toolchain/run";
import { refusalOf } from "../../support/refusal";

const node = (code: string, onLine?: (line: string) => void): Promise<string> =>
    run(process.execPath, ["-e", code], onLine === undefined ? {} : { onLine });

describe("running a command", () => {
    it("answers what it printed, and tells its lines", async () => {
        const lines: string[] = [];
        const output = await node('console.log("one\\n\\n  two"); console.error("three")', (line) =>
            lines.push(line),
        );
        expect(output).to.equal("one\n\n  two\n");
        expect(lines).to.have.members(["one", "two", "three"]);
    });

    it("tells a line as one, however it arrives", async () => {
        const lines: string[] = [];
        const parts =
            '[Buffer.from("down"), Buffer.from("lo\\u00e5d").subarray(0, 3), Buffer.from([0xa5, 0x64, 10])]';
        const code = `(async () => { for (const part of ${parts}) {
            process.stdout.write(part);
            await new Promise((resolve) => setTimeout(resolve, 40));
        } })()`;
        expect(await node(code, (line) => lines.push(line))).to.equal("downloåd\n");
        expect(lines).to.deep.equal(["downloåd"]);
    });

    it("throws the end of what it printed where it fails", async () => {
        const code = "for (let i = 1; i <= 40; i++) console.error(`line ${i}.`); process.exitCode = 3";
        const refusal = await refusalOf(node(code));
        expect(refusal.name).to.equal("UserError");
        expect(refusal.message)
            .to.match(/ failed \(exit 3\):\n {4}line 29\.\n/)
            .and.match(/line 40\.$/);
        expect(refusal.message).not.to.include("line 28.");
    });

    it("says where it was ended by a signal", async () => {
        const refusal = await refusalOf(node("process.kill(process.pid, 'SIGKILL')"));
        expect(refusal.message).to.include("failed (exit by signal)");
    });

    it("says where there is no such command", async () => {
        const refusal = await refusalOf(run("bqx-no-such-command", []));
        expect(refusal.message).to.equal(
            "bqx-no-such-command could not be run: spawn bqx-no-such-command ENOENT",
        );
    });
});

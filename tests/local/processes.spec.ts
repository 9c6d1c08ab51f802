import { expect } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { identityOf, isAlive, waitForExit } from "../../local/processes";
import { temporaryDir } from "../support/temporary";

describe("processes", () => {
    const dir = temporaryDir();

    it("are known by pid and start, and gone when they have ended", async () => {
        const child = spawn("sleep", ["60"]);
        const identity = identityOf(child.pid ?? 0)!;
        expect(isAlive(identity)).to.equal(true);
        expect(isAlive({ ...identity, startTime: "1" })).to.equal(false);
        expect(await waitForExit(identity, 60)).to.equal(false);
        child.kill("SIGKILL");
        expect(await waitForExit(identity, 5_000)).to.equal(true);
        if (child.signalCode === null) await once(child, "exit");
        expect(identityOf(identity.pid)).to.equal(undefined);
    });

    it("are read from a name with spaces and parentheses", async () => {
        const program = join(dir(), "a (b) c");
        copyFileSync("/bin/sleep", program);
        const child = spawn(program, ["60"]);
        try {
            expect(identityOf(child.pid ?? 0)?.startTime).to.match(/\d/);
        } finally {
            child.kill("SIGKILL");
            await once(child, "exit");
        }
    });
});

import { expect } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { identityOf, isAlive, waitForExit } from "../../../../local/processes";
import { refusal, until } from "../harness";
import { LambdaFixture } from "./fixture";

const ROOT = join(__dirname, "../../../..");

/** Answers with its process after as many milliseconds as the event says. */
const PID = `exports.handler = async (milliseconds) => {
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    return process.pid;
};`;

describe("Lambda: execution environments", () => {
    const fixture = LambdaFixture.use();

    async function pidOf(name: string, milliseconds = 0): Promise<number> {
        return Number((await fixture.invoke(name, milliseconds)).payload);
    }

    it("take one event at a time, run side by side, and are used again", async () => {
        await fixture.deploy("busy", PID);
        const first = await Promise.all([pidOf("busy", 300), pidOf("busy", 300), pidOf("busy", 300)]);
        expect(new Set(first).size).to.equal(3);
        expect(await fixture.figure("environments")).to.equal(3);
        expect(first).to.include(await pidOf("busy"));
        expect(await fixture.figure("environments")).to.equal(3);
    });

    it("keep to the reserved concurrency; what is too much is refused and counted", async () => {
        await fixture.deploy("single", PID, { reservedConcurrentExecutions: 1 });
        const running = pidOf("single", 500);
        await until("it runs", async () => (await fixture.figure("running")) === 1);
        expect(await refusal(pidOf("single"))).to.equal("TooManyRequestsException: Rate Exceeded.");
        await running;
        expect(await pidOf("single")).to.equal(await running);
        expect(fixture.metric("Throttles")).to.deep.equal([1, 1]);
        expect(fixture.metric("Invocations")).to.deep.equal([2, 2]);
        await fixture.deploy("off", PID, { reservedConcurrentExecutions: 0 });
        expect(await refusal(pidOf("off"))).to.contain("TooManyRequestsException");
    });

    it("of other code or configuration take over after what is running", async () => {
        await fixture.deploy("changing", PID);
        const idle = await pidOf("changing");
        const running = pidOf("changing", 400);
        await until("it runs", async () => (await fixture.figure("running")) === 1);
        await fixture.redeploy("changing", { memorySize: 192 });
        const second = await pidOf("changing");
        expect(await running).to.equal(idle);
        expect(second).to.not.equal(idle);
        await until("the old one has ended", () => identityOf(idle) === undefined);
        await fixture.deploy("changing", PID.replace("process.pid", "-1"), { memorySize: 192 });
        expect(await pidOf("changing")).to.equal(-1);
        await until("the second has ended", () => identityOf(second) === undefined);
    });

    it("end when nobody needs them, when their function goes, and when Lambda stops", async () => {
        const record = await fixture.deploy("going", PID);
        const removed = identityOf(await pidOf("going"))!;
        await fixture.harness.destroy(record);
        expect(await waitForExit(removed, 2000)).to.be.true;
        await fixture.deploy("going", PID);
        const stopped = identityOf(await pidOf("going"))!;
        fixture.idleMilliseconds = 50;
        await fixture.restart();
        fixture.idleMilliseconds = 60_000;
        expect(isAlive(stopped)).to.be.false;
        const unneeded = identityOf(await pidOf("going"))!;
        expect(await waitForExit(unneeded, 2000)).to.be.true;
        await until("it is forgotten", async () => (await fixture.figure("environments")) === 0);
    });

    it("end with their host, however busy they are", async function () {
        this.timeout(20_000);
        const host = spawn(
            process.execPath,
            ["--require", "tsx/cjs", join(__dirname, "killedHost.ts"), fixture.harness.dataDir],
            { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] },
        );
        const [printed] = (await once(host.stdout, "data")) as [Buffer];
        const child = identityOf(Number(printed.toString()))!;
        expect(isAlive(child)).to.be.true;
        host.kill("SIGKILL");
        expect(await waitForExit(child, 3000)).to.be.true;
    });

    it("find their code unpacked once, and what no function needs is removed at the next start", async () => {
        const folders = () => readdirSync(join(fixture.harness.dataDir, "code"));
        await fixture.deploy("one", PID);
        await fixture.deploy("two", PID);
        expect(folders()).to.have.length(1);
        await fixture.deploy("one", `${PID}\n`);
        await fixture.deploy("two", `${PID}\n\n`);
        expect(folders()).to.have.length(3);
        await fixture.restart();
        expect(folders()).to.have.length(2);
        expect(await pidOf("one")).to.be.above(0);
    });
});

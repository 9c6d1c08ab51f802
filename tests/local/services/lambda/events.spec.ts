import { expect } from "chai";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { refusal, until } from "../harness";
import { LambdaFixture } from "./fixture";

const CONFIG_TYPE = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig";

describe("Lambda: events that nobody waits for", () => {
    const fixture = LambdaFixture.use();
    const file = () => join(fixture.harness.dataDir, "tries");
    const tries = () => (existsSync(file()) ? readFileSync(file(), "utf8").trim().split("\n") : []);

    /** A function that notes each try with its request's id, and fails the first times. */
    function deployFlaky(failures: number, inputs: Record<string, unknown> = {}) {
        return fixture.deploy(
            "flaky",
            `const fs = require("node:fs");
            exports.handler = async (event, { awsRequestId }) => {
                await new Promise((resolve) => setTimeout(resolve, event.milliseconds ?? 0));
                fs.appendFileSync(process.env.TRIES, awsRequestId + "\\n");
                const count = fs.readFileSync(process.env.TRIES, "utf8").trim().split("\\n").length;
                if (count <= ${failures}) throw new Error("not yet");
            };`,
            { environment: { variables: { TRIES: file() } }, ...inputs },
        );
    }

    const enqueue = (event: unknown = {}) =>
        fixture.service.enqueue("flaky", Buffer.from(JSON.stringify(event)));
    const noneWaits = async () => (await fixture.figure("events waiting")) === 0;

    it("are tried again under the same request until they succeed", async () => {
        await deployFlaky(2);
        enqueue();
        await until("it is done", noneWaits);
        expect(tries()).to.have.length(3);
        expect(new Set(tries()).size).to.equal(1);
        expect(fixture.metric("AsyncEventsDropped")).to.deep.equal([0, 0]);
        expect(fixture.metric("AsyncEventsReceived")).to.deep.equal([1, 1]);
    });

    it("are given up after two retries", async () => {
        await deployFlaky(9);
        enqueue();
        await until("it is given up", noneWaits);
        expect(tries()).to.have.length(3);
        expect(fixture.metric("AsyncEventsDropped")).to.deep.equal([1, 1]);
        expect(fixture.harness.log.at(-1)).to.match(/^flaky: event \S+ is given up: it failed 3 times$/);
    });

    it("follow the deployed event invoke config", async () => {
        await deployFlaky(9);
        await fixture.harness.deploy(CONFIG_TYPE, "flaky", {
            functionName: "flaky",
            maximumRetryAttempts: 0,
        });
        enqueue();
        await until("it is given up", noneWaits);
        expect(tries()).to.have.length(1);
        const elsewhere = fixture.harness.deploy(CONFIG_TYPE, "x", { functionName: "missing" });
        expect(await refusal(elsewhere)).to.contain("ResourceNotFoundException: Function not found");
    });

    it("wait while too many run, which is no failed try", async () => {
        await deployFlaky(0, { reservedConcurrentExecutions: 1 });
        for (let i = 0; i < 3; i++) enqueue({ milliseconds: 100 });
        await until("all are done", noneWaits);
        expect(tries()).to.have.length(3);
        expect(fixture.metric("Throttles")[0]).to.be.above(1);
        expect(fixture.metric("Errors")[0]).to.equal(0);
    });

    it("are given up when their function goes, and at the end of Lambda", async () => {
        const record = await deployFlaky(9);
        enqueue({ milliseconds: 100 });
        await until("it runs", async () => (await fixture.figure("running")) === 1);
        await fixture.harness.destroy(record);
        await until("it is given up", noneWaits);
        expect(fixture.harness.log.at(-1)).to.match(/is given up: the function is no longer deployed$/);
        expect(() => enqueue()).to.throw("Function not found");
        await deployFlaky(9);
        enqueue({ milliseconds: 60_000 });
        await until("it runs", async () => (await fixture.figure("running")) === 1);
        await fixture.restart();
        expect(tries()).to.have.length(1);
    });

    it("are bounded in number", async () => {
        await deployFlaky(0, { reservedConcurrentExecutions: 0 });
        for (let i = 0; i < 1000; i++) enqueue();
        expect(() => enqueue()).to.throw("1000 events wait already");
    });
});

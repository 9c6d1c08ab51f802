import { expect } from "chai";
import { LambdaFixture } from "./fixture";

describe("Lambda: logs and metrics", () => {
    const fixture = LambdaFixture.use();
    const messages = () => fixture.logged.map(({ message }) => message);

    it("write Lambda's frame around what the function prints, in order", async () => {
        await fixture.deploy(
            "talk",
            `console.info("loaded");
            exports.handler = async (event, { awsRequestId }) => {
                console.log("one\\ntwo", { n: 3 });
                process.stdout.write("raw without an end");
                process.stderr.write(" of line\\n");
                console.error(new Error("four").message);
                process.stdout.write("last");
                return awsRequestId;
            };`,
        );
        const { payload, log } = await fixture.invoke("talk");
        const id = String(payload);
        const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;
        const expected = [
            String.raw`${time}\t\tINFO\tloaded`,
            String.raw`START RequestId: ${id} Version: \$LATEST`,
            String.raw`${time}\t${id}\tINFO\tone\ntwo \{ n: 3 \}`,
            "raw without an end of line",
            String.raw`${time}\t${id}\tERROR\tfour`,
            "last",
            `END RequestId: ${id}`,
            String.raw`REPORT RequestId: ${id}\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\t` +
                String.raw`Max Memory Used: \d+ MB\tInit Duration: \d+\.\d\d ms`,
        ];
        expect(messages()).to.have.length(expected.length);
        expected.forEach((pattern, i) => expect(messages()[i]).to.match(new RegExp(`^${pattern}$`)));
        expect(log).to.equal(`${messages().slice(1).join("\n")}\n`);
        expect(new Set(fixture.logged.map(({ group }) => group))).to.deep.equal(
            new Set(["/aws/lambda/talk"]),
        );
    });

    it("tell the time of the start once, and keep the stream while the environment is warm", async () => {
        await fixture.deploy("warm", "exports.handler = async () => process.pid;");
        const pids = [await fixture.invoke("warm"), await fixture.invoke("warm")].map(
            ({ payload }) => payload,
        );
        expect(pids[0]).to.equal(pids[1]);
        expect(messages().filter((message) => message.includes("Init Duration"))).to.have.length(1);
        expect(new Set(fixture.logged.map(({ stream }) => stream)).size).to.equal(1);
    });

    it("follow the function's loggingConfig", async () => {
        await fixture.deploy(
            "formal",
            `exports.handler = async () => {
                console.debug("too low");
                console.log({ rows: 28 });
                console.warn("odd %d", 7);
            };`,
            { loggingConfig: { logFormat: "JSON", logGroup: "/bqx/formal" } },
        );
        await fixture.invoke("formal");
        const entries = messages().map((message) => JSON.parse(message) as Record<string, unknown>);
        expect(entries.map(({ type, level, message }) => [type ?? level, message])).to.deep.equal([
            ["platform.start", undefined],
            ["INFO", { rows: 28 }],
            ["WARN", "odd 7"],
            ["platform.report", undefined],
        ]);
        expect(fixture.logged[0]?.group).to.equal("/bqx/formal");
    });

    it("keep to the end of a long log", async () => {
        await fixture.deploy("long", 'exports.handler = async () => console.log("x".repeat(5000), "end");');
        const { log } = await fixture.invoke("long");
        expect(log)
            .to.have.length(4096)
            .and.match(/x end\nEND /);
    });

    it("record invocations, errors, durations and concurrency", async () => {
        await fixture.deploy("odd", 'exports.handler = async (n) => { if (n % 2) throw new Error("odd"); };');
        for (const n of [1, 2, 3]) await fixture.invoke("odd", n);
        expect(fixture.metric("Invocations")).to.deep.equal([3, 3]);
        expect(fixture.metric("Errors")).to.deep.equal([2, 3]);
        expect(fixture.metric("ConcurrentExecutions")).to.deep.equal([3, 3]);
        const duration = fixture.measured.find(({ name }) => name === "Duration");
        expect(duration).to.deep.include({ dimensions: { FunctionName: "odd" }, unit: "Milliseconds" });
        expect(duration?.value).to.be.above(0);
    });
});

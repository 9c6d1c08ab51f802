import { expect } from "chai";
import { LambdaFixture } from "./fixture";

describe("Lambda: what goes wrong in a function", () => {
    const fixture = LambdaFixture.use();

    /** Deploys the body of a handler, invokes it once, and answers with the error. */
    async function errorOf(body: string, inputs: Record<string, unknown> = {}) {
        await fixture.deploy("faulty", `exports.handler = async (event) => { ${body} };`, inputs);
        const { error, payload, log } = await fixture.invoke("faulty");
        expect(error).to.equal("Unhandled");
        return { ...(payload as { errorType: string; errorMessage: string; trace?: string[] }), log };
    }

    it("is answered with type, message and trace", async () => {
        const { errorType, errorMessage, trace, log } = await errorOf('throw new TypeError("not a pair");');
        expect([errorType, errorMessage]).to.deep.equal(["TypeError", "not a pair"]);
        expect(trace?.[0]).to.equal("TypeError: not a pair");
        expect(trace?.[1]).to.contain("index.js:1");
        expect(log).to.match(/\tERROR\tInvoke Error \t\{"errorType":"TypeError","errorMessage":"not a pair"/);
    });

    it("may be thrown as anything", async () => {
        expect(await errorOf('throw "words";')).to.deep.include({
            errorType: "string",
            errorMessage: "words",
        });
    });

    it("can be an answer that is no JSON, or too long", async () => {
        const { errorType, errorMessage } = await errorOf("return 1n;");
        expect([errorType, errorMessage]).to.deep.equal([
            "Runtime.MarshalError",
            "Unable to stringify response body: Do not know how to serialize a BigInt",
        ]);
        expect(await errorOf("return 'x'.repeat(6291556);")).to.deep.include({
            errorType: "Function.ResponseSizeTooLarge",
            errorMessage:
                "Response payload size (6291558 bytes) exceeded maximum allowed payload size (6291556 bytes).",
        });
    });

    it("can be the end of the process, which the next invocation does not notice", async () => {
        await fixture.deploy(
            "mortal",
            `exports.handler = async (event) => {
                if (event === "live") return "alive";
                console.log("before the end");
                if (event === "exit") process.exit(3);
                if (event === "leave") process.exit(0);
                if (event === "throw") setTimeout(() => { throw new RangeError("late"); });
                if (event === "reject") Promise.reject(new RangeError("unheard"));
                await new Promise((resolve) => setTimeout(resolve, 5000));
            };`,
            { timeout: 10 },
        );
        const answers: Record<string, { errorType: string; errorMessage: string }> = {};
        for (const way of ["exit", "leave", "throw", "reject"]) {
            const { payload, log } = await fixture.invoke("mortal", way);
            answers[way] = payload as { errorType: string; errorMessage: string };
            expect(log, way).to.contain("before the end");
            expect((await fixture.invoke("mortal", "live")).payload, way).to.equal("alive");
        }
        expect(answers["exit"]?.errorType).to.equal("Runtime.ExitError");
        expect(answers["exit"]?.errorMessage).to.match(
            /^RequestId: [0-9a-f-]{36} Error: Runtime exited with error: exit status 3$/,
        );
        expect(answers["leave"]?.errorMessage).to.match(/Error: Runtime exited without providing a reason$/);
        expect(answers["throw"]).to.deep.include({ errorType: "RangeError", errorMessage: "late" });
        expect(answers["reject"]).to.deep.include({
            errorType: "Runtime.UnhandledPromiseRejection",
            errorMessage: "unheard",
        });
    });

    it("can lie in the code that is loaded first", async () => {
        const errors: Record<string, unknown> = {};
        const cases: [code: string, handler: string][] = [
            ["exports.handler = 7;", "index.handler"],
            ["exports.handler = 7;", "index.other"],
            ["", "missing.handler"],
            ["", "handler"],
            ['require("no-such-package");', "index.handler"],
            ["exports.handler = {;", "index.handler"],
            ['throw new RangeError("at the top");', "index.handler"],
        ];
        for (const [code, handler] of cases) {
            await fixture.deploy("unloadable", code, { handler });
            const { payload, error } = await fixture.invoke("unloadable");
            expect(error).to.equal("Unhandled");
            errors[`${code} ${handler}`] = (payload as { errorType: string }).errorType;
        }
        expect(Object.values(errors)).to.deep.equal([
            "Runtime.HandlerNotFound",
            "Runtime.HandlerNotFound",
            "Runtime.ImportModuleError",
            "Runtime.MalformedHandlerName",
            "Runtime.ImportModuleError",
            "Runtime.UserCodeSyntaxError",
            "RangeError",
        ]);
    });

    it("includes running out of time, even where it never pauses", async () => {
        const { errorType, errorMessage, log } = await errorOf("for (;;);", { timeout: 1 });
        expect(errorType).to.equal("Sandbox.Timedout");
        expect(errorMessage).to.match(/^RequestId: \S+ Error: Task timed out after 1\.00 seconds$/);
        expect(log).to.match(/Z [0-9a-f-]{36} Task timed out after 1\.00 seconds\nEND /);
        expect(log).to.match(/Duration: 1\d{3}\.\d\d ms.*Status: timeout/);
        expect(fixture.metric("Errors")).to.deep.equal([1, 1]);
    });

    it("includes taking more memory than it has, inside the heap and outside", async () => {
        const outside = await errorOf("const held = []; for (;;) held.push(Buffer.alloc(1 << 20, 1));");
        expect(outside.errorType).to.equal("Runtime.ExitError");
        expect(outside.errorMessage).to.match(/Error: Runtime exited with error: signal: killed$/);
        expect(outside.log).to.contain("Max Memory Used: 128 MB");
        expect(outside.log).to.contain("Error Type: Runtime.ExitError");
        const inside = await errorOf("const held = []; for (;;) held.push({ n: held.length });");
        expect(inside.errorMessage).to.match(/Error: Runtime exited with error: signal: (aborted|killed)$/);
    });

    it("ends what the function has started with it", async () => {
        const { errorMessage } = await errorOf(
            `require("node:child_process").spawn("sleep", ["60"], { stdio: "inherit" });
            process.exit(1);`,
        );
        expect(errorMessage).to.contain("exit status 1");
    });
});

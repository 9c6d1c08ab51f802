import { LambdaClient } from "@aws-sdk/client-lambda";
import { expect } from "chai";
import { replayClock } from "../../../../data/clock";
import { createGateway } from "../../../../local/services/gateway";
import { close, listen } from "../awsHost";
import { ACCOUNT, refusal, REGION } from "../harness";
import { CA_PATH, CREDENTIALS, ENDPOINT_URL, LambdaFixture } from "./fixture";

const ARN = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:double`;

describe("Lambda: invoking", () => {
    const fixture = LambdaFixture.use();

    const gatewayOptions = () => ({
        get services() {
            return [fixture.service];
        },
        ...{ account: ACCOUNT, region: REGION, credentials: CREDENTIALS },
        control: () => Promise.reject(new Error("not asked for")),
        log: () => undefined,
    });

    it("hands over the event and answers with what the handler returns", async () => {
        await fixture.deploy("double", "exports.handler = async ({ n }) => ({ twice: n * 2 });");
        expect(await fixture.invoke("double", { n: 21 })).to.deep.include({
            status: 200,
            error: undefined,
            payload: { twice: 42 },
        });
    });

    it("finds a function by its ARN, with and without a version, behind the gateway too", async () => {
        await fixture.deploy("double", "exports.handler = async (n) => n * 2;");
        const gateway = createGateway(gatewayOptions());
        const endpoint = `http://127.0.0.1:${await listen(gateway)}`;
        fixture.client = new LambdaClient({ endpoint, region: REGION, credentials: CREDENTIALS });
        try {
            for (const name of [ARN, `${ARN}:$LATEST`, "double:$LATEST"])
                expect((await fixture.invoke(name, 4)).payload, name).to.equal(8);
        } finally {
            await close(gateway);
        }
    });

    it("refuses functions and versions that are not deployed", async () => {
        await fixture.deploy("double", "exports.handler = async (n) => n * 2;");
        const missing = `ResourceNotFoundException: Function not found: ${ARN}`;
        expect(await refusal(fixture.invoke("treble"))).to.equal(missing.replace("double", "treble"));
        expect(await refusal(fixture.invoke("double", 1, { Qualifier: "7" }))).to.equal(`${missing}:7`);
        const elsewhere = ARN.replace(REGION, "eu-west-1");
        expect(await refusal(fixture.invoke(elsewhere))).to.contain(elsewhere);
    });

    it("takes handlers that call back, wait for what is left to do, or never answer", async () => {
        await fixture.deployFiles(
            "kinds",
            {
                "lib/kinds.js": `exports.later = (event, context, done) => {
                        setTimeout(() => console.log("left to do"), 30);
                        done(null, "called back");
                    };
                    exports.now = (event, context, done) => {
                        context.callbackWaitsForEmptyEventLoop = false;
                        setTimeout(() => undefined, 60000);
                        done(null, "at once");
                    };
                    exports.failing = (event, context, done) => done(new RangeError("too far"));
                    exports.silent = () => undefined;
                    exports.never = () => new Promise(() => undefined);
                    exports.nested = { inner: async () => undefined };`,
            },
            { handler: "lib/kinds.later" },
        );
        const answers: Record<string, unknown> = {};
        for (const handler of ["later", "now", "failing", "silent", "never", "nested.inner"]) {
            await fixture.redeploy("kinds", { handler: `lib/kinds.${handler}` });
            const { payload, log } = await fixture.invoke("kinds");
            answers[handler] = payload;
            if (handler === "later") expect(log).to.contain("\tINFO\tleft to do\n");
        }
        expect(answers).to.deep.include({ later: "called back", now: "at once", silent: null, never: null });
        expect(answers["nested.inner"]).to.equal(null);
        expect(answers.failing).to.deep.include({ errorType: "RangeError", errorMessage: "too far" });
    });

    it("loads modules of both kinds", async () => {
        const code = "export const handler = async () => (await Promise.resolve(import.meta.url)).slice(-9);";
        await fixture.deployFiles("modern", { "index.mjs": code });
        expect((await fixture.invoke("modern")).payload).to.equal("index.mjs");
        await fixture.deployFiles("awaiting", {
            "index.mjs": `const x = await 7;\n${code.replace("9", "x")}`,
        });
        expect((await fixture.invoke("awaiting")).payload).to.equal("dex.mjs");
    });

    it("brings the AWS SDK along, which finds the stack by itself", async () => {
        const gateway = createGateway(gatewayOptions());
        fixture.endpointUrl = `http://127.0.0.1:${await listen(gateway)}`;
        try {
            await fixture.restart();
            await fixture.deploy(
                "self",
                `const { LambdaClient, ListFunctionsCommand } = require("@aws-sdk/client-lambda");
                const client = new LambdaClient();
                exports.handler = async () => {
                    const { Functions } = await client.send(new ListFunctionsCommand());
                    return Functions.map(({ FunctionName }) => FunctionName);
                };`,
                { memorySize: 512 },
            );
            expect((await fixture.invoke("self")).payload).to.deep.equal(["self"]);
        } finally {
            fixture.endpointUrl = ENDPOINT_URL;
            await close(gateway);
        }
    });

    it("gives the context that Lambda gives", async () => {
        await fixture.deploy(
            "double",
            `exports.handler = async (event, context) =>
                ({ ...context, left: context.getRemainingTimeInMillis() });`,
            { timeout: 20, memorySize: 256 },
        );
        const { payload } = await fixture.invoke("double");
        const { left, awsRequestId, logStreamName, ...rest } = payload as Record<string, unknown>;
        expect(left).to.be.within(19_000, 20_000);
        expect(awsRequestId).to.match(/^[0-9a-f-]{36}$/);
        expect(logStreamName).to.match(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/);
        expect(rest).to.deep.equal({
            callbackWaitsForEmptyEventLoop: true,
            functionName: "double",
            functionVersion: "$LATEST",
            invokedFunctionArn: ARN,
            logGroupName: "/aws/lambda/double",
            memoryLimitInMB: "256",
        });
    });

    it("gives no variable but Lambda's, the stack's and the function's own", async () => {
        process.env["BQX_SECRET_OF_THE_HOST"] = "x";
        try {
            const variables = { TABLE: "bars", NODE_EXTRA_CA_CERTS: "/var/runtime/ca-cert.pem" };
            await fixture.deploy("env", "exports.handler = async () => process.env;", {
                environment: { variables },
            });
            const { payload } = await fixture.invoke("env");
            expect(payload).to.deep.include({
                AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
                AWS_ENDPOINT_URL: ENDPOINT_URL,
                AWS_LAMBDA_FUNCTION_NAME: "env",
                AWS_REGION: REGION,
                AWS_DEFAULT_REGION: REGION,
                NODE_EXTRA_CA_CERTS: CA_PATH,
                TABLE: "bars",
                TZ: "UTC",
            });
            const others = Object.keys(payload as object).filter((name) => !/^(_?AWS_|LAMBDA_)/.test(name));
            expect(others).to.have.members([
                "LANG",
                "NODE_EXTRA_CA_CERTS",
                "NODE_PATH",
                "PATH",
                "TABLE",
                "TZ",
                "_HANDLER",
            ]);
        } finally {
            delete process.env["BQX_SECRET_OF_THE_HOST"];
        }
    });

    it("tells a replay's clock, from the next invocation on", async () => {
        await fixture.deploy("clock", 'exports.handler = async () => process.env.MARKET_CLOCK ?? "wall";');
        expect((await fixture.invoke("clock")).payload).to.equal("wall");
        const firstMs = Date.UTC(2024, 0, 3, 12, 0);
        fixture.clock = replayClock({ firstMs, lastMs: firstMs + 60_000, speed: 60 });
        const { payload } = await fixture.invoke("clock");
        expect(JSON.parse(String(payload))).to.deep.equal(fixture.clock);
    });

    it("tries nothing in a dry run, and answers an event before it is delivered", async () => {
        await fixture.deploy("quiet", 'exports.handler = async () => console.log("ran");');
        expect(await fixture.invoke("quiet", {}, { InvocationType: "DryRun" })).to.include({ status: 204 });
        expect(fixture.logged).to.deep.equal([]);
        expect(await fixture.invoke("quiet", {}, { InvocationType: "Event" })).to.include({ status: 202 });
    });

    it("refuses events that are no JSON or too large", async () => {
        await fixture.deploy("length", "exports.handler = async (event) => event.length;");
        expect(await refusal(fixture.invoke("length", "", { Payload: Buffer.from("{") }))).to.match(
            /^InvalidRequestContentException: Could not parse request body into json: /,
        );
        const large = "x".repeat(6_291_456);
        expect(await refusal(fixture.invoke("length", large))).to.equal(
            "RequestTooLargeException: " +
                "Request must be smaller than 6291456 bytes for the InvokeFunction operation",
        );
        expect((await fixture.invoke("length", large.slice(2))).payload).to.equal(6_291_454);
        const event = { InvocationType: "Event" as const };
        expect(await refusal(fixture.invoke("length", large.slice(0, 1_048_576), event))).to.contain(
            "1048576",
        );
    });

    it("takes no payload as an empty object", async () => {
        await fixture.deploy("same", "exports.handler = async (event) => event;");
        expect((await fixture.invoke("same", "", { Payload: undefined })).payload).to.deep.equal({});
    });

    it("lets other services invoke", async () => {
        await fixture.deploy("double", "exports.handler = async (n) => n * 2;");
        const { payload, functionError, logTail } = await fixture.service.invoke(ARN, Buffer.from("21"));
        expect([payload.toString(), functionError]).to.deep.equal(["42", undefined]);
        expect(logTail).to.match(/^START RequestId: /);
    });
});

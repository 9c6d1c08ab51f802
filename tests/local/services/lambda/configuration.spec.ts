import {
    CreateFunctionCommand,
    DeleteFunctionCommand,
    GetFunctionCommand,
    GetFunctionConfigurationCommand,
    GetPolicyCommand,
    ListFunctionsCommand,
    PutFunctionConcurrencyCommand,
} from "@aws-sdk/client-lambda";
import { expect } from "chai";
import { createHash } from "node:crypto";
import { zip } from "../../../../local/provider/zip";
import { refusal } from "../harness";
import { FUNCTION_TYPE, LambdaFixture } from "./fixture";

const CODE = "exports.handler = async () => 1;";
const ARCHIVE = zip(new Map([["index.js", Buffer.from(CODE)]]));

describe("Lambda: what is deployed", () => {
    const fixture = LambdaFixture.use();

    it("adds hash and size of the package to the outputs", async () => {
        const { outputs } = await fixture.deploy("one", CODE);
        const codeSha256 = createHash("sha256").update(ARCHIVE).digest("base64");
        expect(outputs).to.deep.include({
            codeSha256,
            sourceCodeHash: codeSha256,
            sourceCodeSize: ARCHIVE.length,
        });
        expect(outputs.lastModified).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/);
    });

    it("can be read", async () => {
        const environment = { variables: { TABLE: "bars" } };
        const { outputs } = await fixture.deploy("one", CODE, {
            ...{ description: "First", environment, tags: { Owner: "me" } },
            reservedConcurrentExecutions: 2,
        });
        const { Configuration, Concurrency, Tags } = await fixture.client.send(
            new GetFunctionCommand({ FunctionName: "one" }),
        );
        expect(Configuration).to.deep.include({
            FunctionName: "one",
            CodeSha256: outputs.codeSha256,
            CodeSize: ARCHIVE.length,
            Environment: { Variables: { TABLE: "bars" } },
            Handler: "index.handler",
            MemorySize: 128,
            State: "Active",
            Timeout: 3,
            Version: "$LATEST",
        });
        expect(Configuration?.LoggingConfig).to.deep.equal({
            LogFormat: "Text",
            LogGroup: "/aws/lambda/one",
        });
        expect([Concurrency, Tags]).to.deep.equal([{ ReservedConcurrentExecutions: 2 }, { Owner: "me" }]);
        const alone = await fixture.client.send(new GetFunctionConfigurationCommand({ FunctionName: "one" }));
        expect({ ...alone, $metadata: undefined }).to.deep.equal({ ...Configuration, $metadata: undefined });
    });

    it("is listed in pages, by name", async () => {
        for (const name of ["c", "a", "b"]) await fixture.deploy(name, CODE);
        const list = (Marker?: string) =>
            fixture.client.send(new ListFunctionsCommand({ MaxItems: 2, Marker }));
        const first = await list();
        const second = await list(first.NextMarker);
        const names = [first, second].map(({ Functions }) =>
            Functions?.map(({ FunctionName }) => FunctionName),
        );
        expect(names).to.deep.equal([["a", "b"], ["c"]]);
        expect(second.NextMarker).to.equal(undefined);
        expect(await refusal(list("x"))).to.contain("InvalidParameterValueException");
    });

    it("can be changed by the Pulumi program alone", async () => {
        await fixture.deploy("one", CODE);
        const { client } = fixture;
        const FunctionName = "one";
        const role = { Role: "arn:aws:iam::123456789012:role/x", Code: { ZipFile: ARCHIVE } };
        const changes = [
            () => client.send(new CreateFunctionCommand({ FunctionName: "two", ...role })),
            () => client.send(new DeleteFunctionCommand({ FunctionName })),
            () =>
                client.send(
                    new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 1 }),
                ),
        ];
        for (const change of changes) {
            expect(await refusal(change())).to.match(
                /^AccessDeniedException: .* is not allowed here: functions are made by the Pulumi program\.$/,
            );
        }
        const policy = client.send(new GetPolicyCommand({ FunctionName }));
        expect(await refusal(policy)).to.match(/^UnknownOperationException: .* It offers GetFunction, /);
    });

    it("must be of the runtime that is here, and a sound zip", async () => {
        expect(await refusal(fixture.deploy("py", CODE, { runtime: "python3.13" }))).to.match(
            /^InvalidParameterValueException: runtime: got python3\.13; runs here: nodejs22\.x$/,
        );
        const torn = fixture.deployZip("torn", ARCHIVE.subarray(0, -30));
        expect(await refusal(torn)).to.match(
            /^InvalidParameterValueException: Could not unzip uploaded file/,
        );
        expect(await fixture.figure("functions")).to.equal(0);
    });

    it("keeps permissions to functions that are there", async () => {
        const type = "aws:lambda/permission:Permission";
        const inputs = {
            function: "one",
            principal: "scheduler.amazonaws.com",
            action: "lambda:InvokeFunction",
        };
        expect(await refusal(fixture.harness.deploy(type, "p", inputs))).to.contain("Function not found");
        await fixture.deploy("one", CODE);
        expect((await fixture.harness.deploy(type, "p", inputs)).id).to.equal("p");
        expect(fixture.service.resourceTypes).to.include.members([type, FUNCTION_TYPE]);
    });
});

import {
    BatchGetSecretValueCommand,
    DescribeSecretCommand,
    GetResourcePolicyCommand,
    GetSecretValueCommand,
    ListSecretsCommand,
    ListSecretVersionIdsCommand,
    PutSecretValueCommand,
} from "@aws-sdk/client-secrets-manager";
import { expect } from "chai";
import { refusal } from "../harness";
import { arnOf, POLICY, TOKEN, SecretsManagerFixture } from "./fixture";

describe("Secrets Manager: reading", () => {
    const test = SecretsManagerFixture.use();

    describe("reading", () => {
        it("answers a deployed value by name, by ARN and by ARN without its suffix", async () => {
            await test.deploySecret("db");
            const version = await test.deployVersion("db", "first");
            for (const SecretId of ["db", arnOf("db"), arnOf("db").slice(0, -7)]) {
                const answer = await test.client.send(new GetSecretValueCommand({ SecretId }));
                expect(answer).to.deep.include({
                    ARN: arnOf("db"),
                    Name: "db",
                    SecretString: "first",
                    VersionId: version.outputs.versionId,
                    VersionStages: ["AWSCURRENT"],
                });
                expect(answer.CreatedDate?.getTime()).to.equal(test.now);
            }
        });

        it("keeps the value before as AWSPREVIOUS and finds versions by id", async () => {
            await test.deploySecret("db");
            const { outputs } = await test.deployVersion("db", "first");
            await test.deployVersion("db", "second");
            expect(await test.read("db")).to.equal("second");
            expect(await test.read("db", "AWSPREVIOUS")).to.equal("first");
            const VersionId = outputs.versionId as string;
            const byId = await test.client.send(new GetSecretValueCommand({ SecretId: "db", VersionId }));
            expect(byId.SecretString).to.equal("first");
        });

        it("takes a deployed version once, also when it is deployed again", async () => {
            await test.deploySecret("db");
            const first = await test.deployVersion("db", "first", TOKEN);
            await test.client.send(new PutSecretValueCommand({ SecretId: "db", SecretString: "by hand" }));
            const again = await test.deployVersion("db", "first", TOKEN);
            expect(again.outputs.versionId).to.equal(first.outputs.versionId);
            expect(await test.read("db")).to.equal("by hand");
        });

        it("round-trips bytes", async () => {
            await test.deploySecret("key");
            const SecretBinary = Uint8Array.from([0, 255, 7]);
            await test.client.send(new PutSecretValueCommand({ SecretId: "key", SecretBinary }));
            const answer = await test.client.send(new GetSecretValueCommand({ SecretId: "key" }));
            expect([...(answer.SecretBinary ?? [])]).to.deep.equal([0, 255, 7]);
            expect(answer.SecretString).to.equal(undefined);
        });

        it("refuses what does not exist", async () => {
            await test.deploySecret("empty");
            expect(await refusal(test.read("none"))).to.equal(
                "ResourceNotFoundException: Secrets Manager can't find the specified secret.",
            );
            expect(await refusal(test.read("empty"))).to.equal(
                "ResourceNotFoundException: Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
            );
            const byId = test.client.send(new GetSecretValueCommand({ SecretId: "empty", VersionId: TOKEN }));
            expect(await refusal(byId)).to.contain(`ResourceNotFoundException: Secrets Manager can't find`);
        });

        it("refuses a label that the version does not bear", async () => {
            await test.deploySecret("db");
            const { outputs } = await test.deployVersion("db", "first");
            const VersionId = outputs.versionId as string;
            const wrong = new GetSecretValueCommand({
                SecretId: "db",
                VersionId,
                VersionStage: "AWSPREVIOUS",
            });
            expect(await refusal(test.client.send(wrong))).to.match(
                /^InvalidRequestException: .*AWSPREVIOUS/,
            );
        });

        it("answers a batch with the values it has and the errors of the others", async () => {
            await test.deploySecret("a", { tags: { team: "fx" } });
            await test.deployVersion("a", "1");
            await test.deploySecret("b");
            await test.deployVersion("b", "2");
            const some = await test.client.send(
                new BatchGetSecretValueCommand({ SecretIdList: ["b", "none"] }),
            );
            expect(some.SecretValues?.map(({ SecretString }) => SecretString)).to.deep.equal(["2"]);
            expect(some.Errors?.map(({ SecretId, ErrorCode }) => [SecretId, ErrorCode])).to.deep.equal([
                ["none", "ResourceNotFoundException"],
            ]);
            const Filters = [{ Key: "tag-key" as const, Values: ["team"] }];
            const tagged = await test.client.send(new BatchGetSecretValueCommand({ Filters }));
            expect(tagged.SecretValues?.map(({ Name }) => Name)).to.deep.equal(["a"]);
            expect(await refusal(test.client.send(new BatchGetSecretValueCommand({})))).to.match(
                /^InvalidParameterException/,
            );
        });
    });

    describe("describing", () => {
        it("describes a secret without its value", async () => {
            await test.deploySecret("db", {
                description: "of the store",
                tags: { team: "fx" },
                kmsKeyId: "key-1",
            });
            const { outputs } = await test.deployVersion("db", "first");
            const answer = await test.client.send(new DescribeSecretCommand({ SecretId: "db" }));
            expect(answer).to.deep.include({
                Name: "db",
                Description: "of the store",
                KmsKeyId: "key-1",
                RotationEnabled: false,
                Tags: [{ Key: "team", Value: "fx" }],
                VersionIdsToStages: { [outputs.versionId as string]: ["AWSCURRENT"] },
            });
            expect(JSON.stringify(answer)).not.to.contain("first");
        });

        it("lists by filter, in pages and in both orders", async () => {
            for (const name of ["app/a", "app/b", "app/c", "other"]) {
                await test.deploySecret(name, { tags: { [name]: "x" } });
                test.now += 1000;
            }
            const list = async (input: object) => {
                const answer = await test.client.send(new ListSecretsCommand(input));
                return { names: answer.SecretList?.map(({ Name }) => Name), next: answer.NextToken };
            };
            expect((await list({})).names).to.deep.equal(["other", "app/c", "app/b", "app/a"]);
            const Filters = [{ Key: "name", Values: ["app/"] }];
            const first = await list({ Filters, SortOrder: "asc", MaxResults: 2 });
            expect(first.names).to.deep.equal(["app/a", "app/b"]);
            const second = await list({ Filters, SortOrder: "asc", MaxResults: 2, NextToken: first.next });
            expect(second).to.deep.equal({ names: ["app/c"], next: undefined });
            expect((await list({ Filters: [{ Key: "tag-key", Values: ["oth"] }] })).names).to.deep.equal([
                "other",
            ]);
            expect((await list({ Filters: [{ Key: "name", Values: ["!app/"] }] })).names).to.deep.equal([
                "other",
            ]);
            expect(await refusal(list({ NextToken: "?" }))).to.match(/^InvalidNextTokenException/);
            expect(await refusal(list({ Filters: [{ Key: "colour", Values: ["x"] }] }))).to.match(
                /^ValidationException: Filters.0.Key/,
            );
        });

        it("lists versions, those without a label only on request", async () => {
            await test.deploySecret("db");
            for (const value of ["1", "2", "3"]) await test.deployVersion("db", value);
            const count = async (IncludeDeprecated: boolean) => {
                const command = new ListSecretVersionIdsCommand({ SecretId: "db", IncludeDeprecated });
                return (await test.client.send(command)).Versions?.length;
            };
            expect([await count(false), await count(true)]).to.deep.equal([2, 3]);
        });

        it("answers the deployed policy", async () => {
            await test.deploySecret("db");
            const readPolicy = async () =>
                (await test.client.send(new GetResourcePolicyCommand({ SecretId: "db" }))).ResourcePolicy;
            expect(await readPolicy()).to.equal(undefined);
            await test.harness.deploy(POLICY, arnOf("db"), {
                secretArn: arnOf("db"),
                policy: '{"Version":"2012-10-17"}',
            });
            expect(await readPolicy()).to.equal('{"Version":"2012-10-17"}');
        });
    });
});

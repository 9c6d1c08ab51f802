import {
    BatchGetSecretValueCommand,
    CreateSecretCommand,
    DeleteSecretCommand,
    DescribeSecretCommand,
    GetRandomPasswordCommand,
    GetResourcePolicyCommand,
    GetSecretValueCommand,
    ListSecretsCommand,
    ListSecretVersionIdsCommand,
    PutSecretValueCommand,
    RotateSecretCommand,
    SecretsManagerClient,
    UpdateSecretCommand,
} from "@aws-sdk/client-secrets-manager";
import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createSecretsManagerService } from "../../../../local/services/secretsmanager";
import { ACCOUNT, Harness, refusal, REGION } from "../harness";

const SECRET = "aws:secretsmanager/secret:Secret";
const VERSION = "aws:secretsmanager/secretVersion:SecretVersion";
const ROTATION = "aws:secretsmanager/secretRotation:SecretRotation";
const POLICY = "aws:secretsmanager/secretPolicy:SecretPolicy";
const DAY = 24 * 60 * 60 * 1000;
const TOKEN = "0123456789abcdef0123456789abcdef";

const arnOf = (name: string) => `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:${name}-AbCdEf`;

describe("Secrets Manager", () => {
    let now: number;
    let harness: Harness<ReturnType<typeof createSecretsManagerService>>;
    let client: SecretsManagerClient;

    const connect = () => {
        client = new SecretsManagerClient(harness.clientOptions);
    };
    const restart = async () => {
        await harness.restart();
        connect();
    };
    const deploySecret = (name: string, inputs: Record<string, unknown> = {}) =>
        harness.deploy(SECRET, arnOf(name), { name, ...inputs }, { arn: arnOf(name) });
    const deployVersion = (name: string, secretString: string, versionId?: string) =>
        harness.deploy(
            VERSION,
            `${arnOf(name)}|${secretString}`,
            { secretId: arnOf(name), secretString },
            { versionId },
        );
    const read = async (SecretId: string, VersionStage?: string) =>
        (await client.send(new GetSecretValueCommand({ SecretId, VersionStage }))).SecretString;

    beforeEach(async () => {
        now = Date.now();
        harness = await Harness.start((context) =>
            createSecretsManagerService(context, { now: () => now, checkEveryMilliseconds: 5 }),
        );
        connect();
    });
    afterEach(() => harness.stop());

    describe("reading", () => {
        it("answers a deployed value by name, by ARN and by ARN without its suffix", async () => {
            await deploySecret("db");
            const version = await deployVersion("db", "first");
            for (const SecretId of ["db", arnOf("db"), arnOf("db").slice(0, -7)]) {
                const answer = await client.send(new GetSecretValueCommand({ SecretId }));
                expect(answer).to.deep.include({
                    ARN: arnOf("db"),
                    Name: "db",
                    SecretString: "first",
                    VersionId: version.outputs.versionId,
                    VersionStages: ["AWSCURRENT"],
                });
                expect(answer.CreatedDate?.getTime()).to.equal(now);
            }
        });

        it("keeps the value before as AWSPREVIOUS and finds versions by id", async () => {
            await deploySecret("db");
            const { outputs } = await deployVersion("db", "first");
            await deployVersion("db", "second");
            expect(await read("db")).to.equal("second");
            expect(await read("db", "AWSPREVIOUS")).to.equal("first");
            const VersionId = outputs.versionId as string;
            const byId = await client.send(new GetSecretValueCommand({ SecretId: "db", VersionId }));
            expect(byId.SecretString).to.equal("first");
        });

        it("takes a deployed version once, also when it is deployed again", async () => {
            await deploySecret("db");
            const first = await deployVersion("db", "first", TOKEN);
            await client.send(new PutSecretValueCommand({ SecretId: "db", SecretString: "by hand" }));
            const again = await deployVersion("db", "first", TOKEN);
            expect(again.outputs.versionId).to.equal(first.outputs.versionId);
            expect(await read("db")).to.equal("by hand");
        });

        it("round-trips bytes", async () => {
            await deploySecret("key");
            const SecretBinary = Uint8Array.from([0, 255, 7]);
            await client.send(new PutSecretValueCommand({ SecretId: "key", SecretBinary }));
            const answer = await client.send(new GetSecretValueCommand({ SecretId: "key" }));
            expect([...(answer.SecretBinary ?? [])]).to.deep.equal([0, 255, 7]);
            expect(answer.SecretString).to.equal(undefined);
        });

        it("refuses what does not exist", async () => {
            await deploySecret("empty");
            expect(await refusal(read("none"))).to.equal(
                "ResourceNotFoundException: Secrets Manager can't find the specified secret.",
            );
            expect(await refusal(read("empty"))).to.equal(
                "ResourceNotFoundException: Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
            );
            const byId = client.send(new GetSecretValueCommand({ SecretId: "empty", VersionId: TOKEN }));
            expect(await refusal(byId)).to.contain(`ResourceNotFoundException: Secrets Manager can't find`);
        });

        it("refuses a label that the version does not bear", async () => {
            await deploySecret("db");
            const { outputs } = await deployVersion("db", "first");
            const VersionId = outputs.versionId as string;
            const wrong = new GetSecretValueCommand({
                SecretId: "db",
                VersionId,
                VersionStage: "AWSPREVIOUS",
            });
            expect(await refusal(client.send(wrong))).to.match(/^InvalidRequestException: .*AWSPREVIOUS/);
        });

        it("answers a batch with the values it has and the errors of the others", async () => {
            await deploySecret("a", { tags: { team: "fx" } });
            await deployVersion("a", "1");
            await deploySecret("b");
            await deployVersion("b", "2");
            const some = await client.send(new BatchGetSecretValueCommand({ SecretIdList: ["b", "none"] }));
            expect(some.SecretValues?.map(({ SecretString }) => SecretString)).to.deep.equal(["2"]);
            expect(some.Errors?.map(({ SecretId, ErrorCode }) => [SecretId, ErrorCode])).to.deep.equal([
                ["none", "ResourceNotFoundException"],
            ]);
            const Filters = [{ Key: "tag-key" as const, Values: ["team"] }];
            const tagged = await client.send(new BatchGetSecretValueCommand({ Filters }));
            expect(tagged.SecretValues?.map(({ Name }) => Name)).to.deep.equal(["a"]);
            expect(await refusal(client.send(new BatchGetSecretValueCommand({})))).to.match(
                /^InvalidParameterException/,
            );
        });
    });

    describe("describing", () => {
        it("describes a secret without its value", async () => {
            await deploySecret("db", {
                description: "of the store",
                tags: { team: "fx" },
                kmsKeyId: "key-1",
            });
            const { outputs } = await deployVersion("db", "first");
            const answer = await client.send(new DescribeSecretCommand({ SecretId: "db" }));
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
                await deploySecret(name, { tags: { [name]: "x" } });
                now += 1000;
            }
            const list = async (input: object) => {
                const answer = await client.send(new ListSecretsCommand(input));
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
            await deploySecret("db");
            for (const value of ["1", "2", "3"]) await deployVersion("db", value);
            const count = async (IncludeDeprecated: boolean) => {
                const command = new ListSecretVersionIdsCommand({ SecretId: "db", IncludeDeprecated });
                return (await client.send(command)).Versions?.length;
            };
            expect([await count(false), await count(true)]).to.deep.equal([2, 3]);
        });

        it("answers the deployed policy", async () => {
            await deploySecret("db");
            const read = async () =>
                (await client.send(new GetResourcePolicyCommand({ SecretId: "db" }))).ResourcePolicy;
            expect(await read()).to.equal(undefined);
            await harness.deploy(POLICY, arnOf("db"), {
                secretArn: arnOf("db"),
                policy: '{"Version":"2012-10-17"}',
            });
            expect(await read()).to.equal('{"Version":"2012-10-17"}');
        });
    });

    describe("writing", () => {
        beforeEach(() => deploySecret("db"));
        const put = (input: object) => client.send(new PutSecretValueCommand({ SecretId: "db", ...input }));

        it("takes a token twice with one value, not with two", async () => {
            await put({ ClientRequestToken: TOKEN, SecretString: "a" });
            const again = await put({ ClientRequestToken: TOKEN, SecretString: "a" });
            expect(again).to.deep.include({ VersionId: TOKEN, VersionStages: ["AWSCURRENT"] });
            expect(await refusal(put({ ClientRequestToken: TOKEN, SecretString: "b" }))).to.match(
                /^ResourceExistsException/,
            );
            expect(await read("db")).to.equal("a");
        });

        it("puts a version under labels of one's own and leaves AWSCURRENT", async () => {
            await put({ SecretString: "now" });
            await put({ SecretString: "later", VersionStages: ["NEXT"] });
            expect([await read("db"), await read("db", "NEXT")]).to.deep.equal(["now", "later"]);
        });

        it("updates the value and the description, until the next deployment", async () => {
            const update = (input: object) =>
                client.send(new UpdateSecretCommand({ SecretId: "db", ...input }));
            const describe = async () =>
                (await client.send(new DescribeSecretCommand({ SecretId: "db" }))).Description;
            expect((await update({ SecretString: "a" })).VersionId).to.be.a("string");
            expect((await update({ Description: "by hand" })).VersionId).to.equal(undefined);
            expect([await read("db"), await describe()]).to.deep.equal(["a", "by hand"]);
            await deploySecret("db", { description: "deployed" });
            expect([await read("db"), await describe()]).to.deep.equal(["a", "deployed"]);
        });

        it("keeps at most 100 versions, and never drops a labelled one", async () => {
            await put({ SecretString: "kept", VersionStages: ["KEEP"] });
            for (let index = 0; index < 105; index++) await put({ SecretString: String(index) });
            const command = new ListSecretVersionIdsCommand({ SecretId: "db", IncludeDeprecated: true });
            expect((await client.send(command)).Versions).to.have.length(100);
            expect(await read("db", "KEEP")).to.equal("kept");
        });

        const refusals: { title: string; input: object; expected: RegExp }[] = [
            { title: "no value", input: {}, expected: /^InvalidParameterException: Exactly one/ },
            {
                title: "two values",
                input: { SecretString: "a", SecretBinary: Uint8Array.of(1) },
                expected: /^InvalidParameterException: Exactly one/,
            },
            {
                title: "more than 64 KiB",
                input: { SecretString: "é".repeat(32_769) },
                expected: /^InvalidParameterException: The secret value has 65538 bytes/,
            },
            {
                title: "a short token",
                input: { ClientRequestToken: "short", SecretString: "a" },
                expected: /^ValidationException: ClientRequestToken/,
            },
            {
                title: "an unknown secret",
                input: { SecretId: "x", SecretString: "a" },
                expected: /^ResourceNotFound/,
            },
        ];
        for (const { title, input, expected } of refusals) {
            it(`refuses ${title}`, async () => expect(await refusal(put(input))).to.match(expected));
        }

        it("takes exactly 64 KiB", async () => {
            await put({ SecretString: "x".repeat(65_536) });
            expect(await read("db")).to.have.length(65_536);
        });

        it("leaves making and deleting secrets to the program", async () => {
            const create = client.send(new CreateSecretCommand({ Name: "x", SecretString: "y" }));
            expect(await refusal(create)).to.match(/^AccessDeniedException: CreateSecret .*Pulumi program/);
            const remove = client.send(new DeleteSecretCommand({ SecretId: "db" }));
            expect(await refusal(remove)).to.match(/^AccessDeniedException: DeleteSecret/);
        });
    });

    describe("deleting", () => {
        it("keeps a secret for its recovery window, unreadable, its name taken", async () => {
            const record = await deploySecret("db", { recoveryWindowInDays: 7 });
            await deployVersion("db", "first");
            await harness.destroy(record);
            expect(await refusal(read("db"))).to.match(/^InvalidRequestException: .*marked for deletion/);
            expect(await refusal(deploySecret("db"))).to.match(
                /scheduled for deletion .* recoveryWindowInDays: 0/,
            );
            const due = await client.send(new DescribeSecretCommand({ SecretId: "db" }));
            expect(due.DeletedDate?.getTime()).to.equal(now + 7 * DAY);
            expect((await client.send(new ListSecretsCommand({}))).SecretList).to.deep.equal([]);
            now += 8 * DAY;
            await restart();
            expect(await refusal(read("db"))).to.match(/^ResourceNotFoundException/);
            await deploySecret("db");
        });

        it("deletes at once without a recovery window", async () => {
            await harness.destroy(await deploySecret("db", { recoveryWindowInDays: 0 }));
            expect(await refusal(read("db"))).to.match(/^ResourceNotFoundException/);
            expect(readdirSync(join(harness.dataDir, "secrets"))).to.deep.equal([]);
        });

        it("refuses to deploy a second secret of one name, and a bad recovery window", async () => {
            await deploySecret("db");
            const second = harness.deploy(SECRET, "arn:other", { name: "db" }, { arn: `${arnOf("db")}x` });
            expect(await refusal(second)).to.match(/^ResourceExistsException/);
            expect(await refusal(deploySecret("bad name", { recoveryWindowInDays: 3 }))).to.equal(
                `Error: ${SECRET} "${arnOf("bad name")}": name: 1 to 512 letters, digits and /_+=.@- are allowed; ` +
                    "recoveryWindowInDays: 0 or 7 to 30 days are allowed",
            );
        });
    });

    describe("rotation", () => {
        const NAME = "rds!cluster-1";
        let applied: string[];
        let failure: Error | undefined;
        const manage = () =>
            harness.service.putManagedSecret({
                name: NAME,
                value: JSON.stringify({ username: "master", password: "initial" }),
                owner: "rds",
                rotate: (secretString) => {
                    applied.push(secretString);
                    return failure === undefined ? Promise.resolve() : Promise.reject(failure);
                },
            });
        const password = async (stage?: string) =>
            (JSON.parse((await read(NAME, stage)) ?? "") as { password: string }).password;

        beforeEach(() => {
            applied = [];
            failure = undefined;
        });

        it("makes a new password, puts it in force, then moves AWSCURRENT", async () => {
            const { arn } = await manage();
            expect(harness.service.readManagedSecret(NAME)).to.equal(
                '{"username":"master","password":"initial"}',
            );
            const { VersionId } = await client.send(new RotateSecretCommand({ SecretId: arn }));
            const answer = await client.send(new GetSecretValueCommand({ SecretId: arn }));
            expect(answer.VersionId).to.equal(VersionId);
            expect(applied).to.deep.equal([answer.SecretString]);
            expect(JSON.parse(answer.SecretString ?? "")).to.include({ username: "master" });
            expect(await password()).to.match(/^[^/@"'\\ ]{32}$/);
            expect(await password("AWSPREVIOUS")).to.equal("initial");
            const described = await client.send(new DescribeSecretCommand({ SecretId: arn }));
            expect(described).to.deep.include({
                OwningService: "rds",
                RotationEnabled: true,
                RotationRules: { AutomaticallyAfterDays: 7 },
            });
            expect(described.NextRotationDate?.getTime()).to.equal(now + 7 * DAY);
        });

        it("rotates by itself when a deployed rotation is due", async () => {
            const { arn } = await manage();
            const rotation = {
                secretId: arn,
                rotateImmediately: false,
                rotationRules: { automaticallyAfterDays: 30 },
            };
            await harness.deploy(ROTATION, arn, rotation);
            now += 29 * DAY;
            await restart();
            await manage();
            expect(applied).to.have.length(0);
            now += DAY;
            await restart();
            await manage();
            expect(applied).to.have.length(1);
            expect(await password()).not.to.equal("initial");
        });

        it("rotates once when a rotation is deployed that asks for it", async () => {
            const { arn } = await manage();
            const deploy = (scheduleExpression: string) =>
                harness.deploy(ROTATION, arn, { secretId: arn, rotationRules: { scheduleExpression } });
            await deploy("rate(10 days)");
            await deploy("rate(10 days)");
            expect(applied).to.have.length(1);
            await deploy("rate(12 hours)");
            expect(applied).to.have.length(2);
            expect(await refusal(deploy("cron(0 8 1 * ? *)"))).to.match(/not cron expressions/);
        });

        it("keeps the old password when the new one cannot be put in force, and tries the same again", async () => {
            const { arn } = await manage();
            failure = new Error("database is down");
            const rotate = () => client.send(new RotateSecretCommand({ SecretId: arn }));
            expect(await refusal(rotate())).to.match(/^InternalServiceError: .*database is down/);
            expect(await password()).to.equal("initial");
            expect(await harness.service.health()).to.deep.include({ healthy: false });
            failure = undefined;
            await restart();
            await manage();
            expect(new Set(applied).size).to.equal(1);
            expect(await read(NAME)).to.equal(applied[0]);
            expect(await harness.service.health()).to.deep.include({ healthy: true });
            expect(await refusal(read(NAME, "AWSPENDING"))).to.match(/^ResourceNotFoundException/);
        });

        it("does not log a password that an error quotes", async () => {
            const { arn } = await manage();
            await harness.service.stop();
            const quoting = {
                name: "rds!cluster-2",
                value: '{"password":"x"}',
                owner: "rds" as const,
                rotate: (secretString: string) => Promise.reject(new Error(`syntax error: ${secretString}`)),
            };
            const { arn: other } = await harness.service.putManagedSecret(quoting);
            const refused = await refusal(client.send(new RotateSecretCommand({ SecretId: other })));
            expect(refused).to.contain("syntax error: ***");
            expect(arn).not.to.equal(other);
        });

        it("refuses to rotate or to write what it must not", async () => {
            await deploySecret("db");
            await deployVersion("db", "first");
            const rotate = client.send(new RotateSecretCommand({ SecretId: "db" }));
            expect(await refusal(rotate)).to.match(
                /^InvalidRequestException: The local stack cannot rotate "db"/,
            );
            const rotation = harness.deploy(ROTATION, arnOf("db"), {
                secretId: arnOf("db"),
                rotationLambdaArn: "arn:aws:lambda:us-east-1:123456789012:function:rotate",
                rotationRules: {},
            });
            expect(await refusal(rotation)).to.match(/it runs no rotation function/);
            await manage();
            const put = client.send(new PutSecretValueCommand({ SecretId: NAME, SecretString: "mine" }));
            expect(await refusal(put)).to.match(/^InvalidRequestException: .*managed by rds/);
        });

        it("removes a managed secret at once", async () => {
            await manage();
            harness.service.removeManagedSecret(NAME);
            expect(harness.service.readManagedSecret(NAME)).to.equal(undefined);
            expect(await refusal(read(NAME))).to.match(/^ResourceNotFoundException/);
        });
    });

    describe("on disk", () => {
        it("survives a restart, sealed", async () => {
            await deploySecret("db");
            await deployVersion("db", "the very secret value");
            await restart();
            expect(await read("db")).to.equal("the very secret value");
            const folder = join(harness.dataDir, "secrets");
            const files = readdirSync(folder);
            expect(files).to.have.length(1);
            const content = readFileSync(join(folder, files[0]!)).toString("latin1");
            expect(content).not.to.contain("secret");
            expect(harness.log.join()).not.to.contain("the very secret value");
        });

        it("fills a lost folder from what is deployed", async () => {
            await deploySecret("db");
            await deployVersion("db", "first");
            harness.service.removeManagedSecret("db");
            expect(await refusal(read("db"))).to.match(/^ResourceNotFoundException/);
            await restart();
            expect(await read("db")).to.equal("first");
        });
    });

    it("says what it holds", async () => {
        await deploySecret("db");
        await deployVersion("db", "1");
        await deployVersion("db", "2");
        expect(await harness.service.health()).to.deep.equal({
            healthy: true,
            detail: "Secrets are kept sealed on disk.",
            figures: [
                { label: "secrets", value: 1, unit: "" },
                { label: "versions", value: 2, unit: "" },
            ],
        });
    });

    describe("GetRandomPassword", () => {
        const make = async (input: object) =>
            (await client.send(new GetRandomPasswordCommand(input))).RandomPassword ?? "";

        it("has 32 characters of every kind by default", async () => {
            const made = await make({});
            expect(made).to.have.length(32);
            for (const kind of [/[a-z]/, /[A-Z]/, /\d/, /[^\w ]/]) expect(made).to.match(kind);
        });

        it("keeps the rules", async () => {
            const rules = {
                PasswordLength: 300,
                ExcludePunctuation: true,
                ExcludeUppercase: true,
                IncludeSpace: true,
            };
            expect(await make({ ...rules, ExcludeCharacters: "abc0" })).to.match(/^[d-z1-9 ]{300}$/);
        });

        it("refuses rules that leave nothing", async () => {
            const none = {
                ExcludeNumbers: true,
                ExcludePunctuation: true,
                ExcludeUppercase: true,
                ExcludeLowercase: true,
            };
            expect(await refusal(make(none))).to.match(/^InvalidParameterException: .*every character/);
            expect(await refusal(make({ PasswordLength: 3 }))).to.match(
                /^InvalidParameterException: .*need 4/,
            );
            expect(await refusal(make({ PasswordLength: 5000 }))).to.match(
                /^ValidationException: PasswordLength/,
            );
        });
    });
});

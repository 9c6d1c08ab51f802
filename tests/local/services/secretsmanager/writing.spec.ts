import {
    CreateSecretCommand,
    DeleteSecretCommand,
    DescribeSecretCommand,
    GetRandomPasswordCommand,
    ListSecretsCommand,
    ListSecretVersionIdsCommand,
    PutSecretValueCommand,
    RotateSecretCommand,
    UpdateSecretCommand,
} from "@aws-sdk/client-secrets-manager";
import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { refusal } from "../harness";
import { arnOf, DAY, SECRET, TOKEN, SecretsManagerFixture } from "./fixture";

describe("Secrets Manager: writing", () => {
    const test = SecretsManagerFixture.use();

    describe("writing", () => {
        beforeEach(() => test.deploySecret("db"));
        const put = (input: object) =>
            test.client.send(new PutSecretValueCommand({ SecretId: "db", ...input }));

        it("takes a token twice with one value, not with two", async () => {
            await put({ ClientRequestToken: TOKEN, SecretString: "a" });
            const again = await put({ ClientRequestToken: TOKEN, SecretString: "a" });
            expect(again).to.deep.include({ VersionId: TOKEN, VersionStages: ["AWSCURRENT"] });
            expect(await refusal(put({ ClientRequestToken: TOKEN, SecretString: "b" }))).to.match(
                /^ResourceExistsException/,
            );
            expect(await test.read("db")).to.equal("a");
        });

        it("puts a version under labels of one's own and leaves AWSCURRENT", async () => {
            await put({ SecretString: "now" });
            await put({ SecretString: "later", VersionStages: ["NEXT"] });
            expect([await test.read("db"), await test.read("db", "NEXT")]).to.deep.equal(["now", "later"]);
        });

        it("updates the value and the description, until the next deployment", async () => {
            const update = (input: object) =>
                test.client.send(new UpdateSecretCommand({ SecretId: "db", ...input }));
            const describe = async () =>
                (await test.client.send(new DescribeSecretCommand({ SecretId: "db" }))).Description;
            expect((await update({ SecretString: "a" })).VersionId).to.be.a("string");
            expect((await update({ Description: "by hand" })).VersionId).to.equal(undefined);
            expect([await test.read("db"), await describe()]).to.deep.equal(["a", "by hand"]);
            await test.deploySecret("db", { description: "deployed" });
            expect([await test.read("db"), await describe()]).to.deep.equal(["a", "deployed"]);
        });

        it("keeps at most 100 versions, and never drops a labelled one", async () => {
            await put({ SecretString: "kept", VersionStages: ["KEEP"] });
            for (let index = 0; index < 105; index++) await put({ SecretString: String(index) });
            const command = new ListSecretVersionIdsCommand({ SecretId: "db", IncludeDeprecated: true });
            expect((await test.client.send(command)).Versions).to.have.length(100);
            expect(await test.read("db", "KEEP")).to.equal("kept");
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
            expect(await test.read("db")).to.have.length(65_536);
        });

        it("leaves the key and the rules of rotation to the program", async () => {
            const key = test.client.send(new UpdateSecretCommand({ SecretId: "db", KmsKeyId: "other" }));
            expect(await refusal(key)).to.match(/^ValidationException: KmsKeyId: .*Pulumi program/);
            const rules = new RotateSecretCommand({
                SecretId: "db",
                RotationRules: { AutomaticallyAfterDays: 1 },
            });
            expect(await refusal(test.client.send(rules))).to.match(/^ValidationException: RotationRules/);
        });

        it("leaves making and deleting secrets to the program", async () => {
            const create = test.client.send(new CreateSecretCommand({ Name: "x", SecretString: "y" }));
            expect(await refusal(create)).to.match(/^AccessDeniedException: CreateSecret .*Pulumi program/);
            const remove = test.client.send(new DeleteSecretCommand({ SecretId: "db" }));
            expect(await refusal(remove)).to.match(/^AccessDeniedException: DeleteSecret/);
        });
    });

    describe("deleting", () => {
        it("keeps a secret for its recovery window, unreadable, its name taken", async () => {
            const record = await test.deploySecret("db", { recoveryWindowInDays: 7 });
            await test.deployVersion("db", "first");
            await test.harness.destroy(record);
            expect(await refusal(test.read("db"))).to.match(
                /^InvalidRequestException: .*marked for deletion/,
            );
            expect(await refusal(test.deploySecret("db"))).to.match(
                /scheduled for deletion .* recoveryWindowInDays: 0/,
            );
            const due = await test.client.send(new DescribeSecretCommand({ SecretId: "db" }));
            expect(due.DeletedDate?.getTime()).to.equal(test.now + 7 * DAY);
            expect((await test.client.send(new ListSecretsCommand({}))).SecretList).to.deep.equal([]);
            test.now += 8 * DAY;
            await test.restart();
            expect(await refusal(test.read("db"))).to.match(/^ResourceNotFoundException/);
            await test.deploySecret("db");
        });

        it("deletes at once without a recovery window", async () => {
            await test.harness.destroy(await test.deploySecret("db", { recoveryWindowInDays: 0 }));
            expect(await refusal(test.read("db"))).to.match(/^ResourceNotFoundException/);
            expect(readdirSync(join(test.harness.dataDir, "secrets"))).to.deep.equal([]);
        });

        it("refuses to deploy a second secret of one name, and a bad recovery window", async () => {
            await test.deploySecret("db");
            const second = test.harness.deploy(
                SECRET,
                "arn:other",
                { name: "db" },
                { arn: `${arnOf("db")}x` },
            );
            expect(await refusal(second)).to.match(/^ResourceExistsException/);
            expect(await refusal(test.deploySecret("bad name", { recoveryWindowInDays: 3 }))).to.equal(
                `Error: ${SECRET} "${arnOf("bad name")}": name: 1 to 512 letters, digits and /_+=.@- are allowed; ` +
                    "recoveryWindowInDays: 0 or 7 to 30 days are allowed",
            );
        });
    });

    describe("on disk", () => {
        it("survives a test.restart, sealed", async () => {
            await test.deploySecret("db");
            await test.deployVersion("db", "the very secret value");
            await test.restart();
            expect(await test.read("db")).to.equal("the very secret value");
            const folder = join(test.harness.dataDir, "secrets");
            const files = readdirSync(folder);
            expect(files).to.have.length(1);
            const content = readFileSync(join(folder, files[0]!)).toString("latin1");
            expect(content).not.to.contain("secret");
            expect(test.harness.log.join()).not.to.contain("the very secret value");
        });

        it("fills a lost folder from what is deployed", async () => {
            await test.deploySecret("db");
            await test.deployVersion("db", "first");
            test.harness.service.removeManagedSecret("db");
            expect(await refusal(test.read("db"))).to.match(/^ResourceNotFoundException/);
            await test.restart();
            expect(await test.read("db")).to.equal("first");
        });
    });

    it("says what it holds", async () => {
        await test.deploySecret("db");
        await test.deployVersion("db", "1");
        await test.deployVersion("db", "2");
        expect(await test.harness.service.health()).to.deep.equal({
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
            (await test.client.send(new GetRandomPasswordCommand(input))).RandomPassword ?? "";

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

import {
    DescribeSecretCommand,
    GetSecretValueCommand,
    PutSecretValueCommand,
    RotateSecretCommand,
} from "@aws-sdk/client-secrets-manager";
import { expect } from "chai";
import { refusal } from "../harness";
import { arnOf, DAY, ROTATION, SecretsManagerFixture } from "./fixture";

describe("Secrets Manager: rotation", () => {
    const test = SecretsManagerFixture.use();

    describe("rotation", () => {
        const NAME = "rds!cluster-1";
        let applied: string[];
        let failure: Error | undefined;
        const manage = () =>
            test.harness.service.putManagedSecret({
                name: NAME,
                value: JSON.stringify({ username: "master", password: "initial" }),
                owner: "rds",
                rotate: (secretString) => {
                    applied.push(secretString);
                    return failure === undefined ? Promise.resolve() : Promise.reject(failure);
                },
            });
        const password = async (stage?: string) =>
            (JSON.parse((await test.read(NAME, stage)) ?? "") as { password: string }).password;

        beforeEach(() => {
            applied = [];
            failure = undefined;
        });

        it("makes a new password, puts it in force, then moves AWSCURRENT", async () => {
            const { arn } = await manage();
            expect(test.harness.service.readManagedSecret(NAME)).to.equal(
                '{"username":"master","password":"initial"}',
            );
            const { VersionId } = await test.client.send(new RotateSecretCommand({ SecretId: arn }));
            const answer = await test.client.send(new GetSecretValueCommand({ SecretId: arn }));
            expect(answer.VersionId).to.equal(VersionId);
            expect(applied).to.deep.equal([answer.SecretString]);
            expect(JSON.parse(answer.SecretString ?? "")).to.include({ username: "master" });
            expect(await password()).to.match(/^[^/@"'\\ ]{32}$/);
            expect(await password("AWSPREVIOUS")).to.equal("initial");
            const described = await test.client.send(new DescribeSecretCommand({ SecretId: arn }));
            expect(described).to.deep.include({
                OwningService: "rds",
                RotationEnabled: true,
                RotationRules: { AutomaticallyAfterDays: 7 },
            });
            expect(described.NextRotationDate?.getTime()).to.equal(test.now + 7 * DAY);
        });

        it("rotates by itself when a deployed rotation is due", async () => {
            const { arn } = await manage();
            const rotation = {
                secretId: arn,
                rotateImmediately: false,
                rotationRules: { automaticallyAfterDays: 30 },
            };
            await test.harness.deploy(ROTATION, arn, rotation);
            test.now += 29 * DAY;
            await test.restart();
            await manage();
            expect(applied).to.have.length(0);
            test.now += DAY;
            await test.restart();
            await manage();
            expect(applied).to.have.length(1);
            expect(await password()).not.to.equal("initial");
        });

        it("rotates once when a rotation is deployed that asks for it", async () => {
            const { arn } = await manage();
            const deploy = (scheduleExpression: string) =>
                test.harness.deploy(ROTATION, arn, { secretId: arn, rotationRules: { scheduleExpression } });
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
            const rotate = () => test.client.send(new RotateSecretCommand({ SecretId: arn }));
            expect(await refusal(rotate())).to.match(/^InternalServiceError: .*database is down/);
            expect(await password()).to.equal("initial");
            expect(await test.harness.service.health()).to.deep.include({ healthy: false });
            failure = undefined;
            await test.restart();
            await manage();
            expect(new Set(applied).size).to.equal(1);
            expect(await test.read(NAME)).to.equal(applied[0]);
            expect(await test.harness.service.health()).to.deep.include({ healthy: true });
            expect(await refusal(test.read(NAME, "AWSPENDING"))).to.match(/^ResourceNotFoundException/);
        });

        it("does not log a password that an error quotes", async () => {
            const { arn } = await manage();
            await test.harness.service.stop();
            const quoting = {
                name: "rds!cluster-2",
                value: '{"password":"x"}',
                owner: "rds" as const,
                rotate: (secretString: string) => Promise.reject(new Error(`syntax error: ${secretString}`)),
            };
            const { arn: other } = await test.harness.service.putManagedSecret(quoting);
            const refused = await refusal(test.client.send(new RotateSecretCommand({ SecretId: other })));
            expect(refused).to.contain("syntax error: ***");
            expect(arn).not.to.equal(other);
        });

        it("refuses to rotate or to write what it must not", async () => {
            await test.deploySecret("db");
            await test.deployVersion("db", "first");
            const rotate = test.client.send(new RotateSecretCommand({ SecretId: "db" }));
            expect(await refusal(rotate)).to.match(
                /^InvalidRequestException: The local stack cannot rotate "db"/,
            );
            const rotation = test.harness.deploy(ROTATION, arnOf("db"), {
                secretId: arnOf("db"),
                rotationLambdaArn: "arn:aws:lambda:us-east-1:123456789012:function:rotate",
                rotationRules: {},
            });
            expect(await refusal(rotation)).to.match(/it runs no rotation function/);
            await manage();
            const put = test.client.send(new PutSecretValueCommand({ SecretId: NAME, SecretString: "mine" }));
            expect(await refusal(put)).to.match(/^InvalidRequestException: .*managed by rds/);
        });

        it("removes a managed secret at once", async () => {
            await manage();
            test.harness.service.removeManagedSecret(NAME);
            expect(test.harness.service.readManagedSecret(NAME)).to.equal(undefined);
            expect(await refusal(test.read(NAME))).to.match(/^ResourceNotFoundException/);
        });
    });
});

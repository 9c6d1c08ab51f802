import { SecretsManagerClient, GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { createSecretsManagerService } from "../../../../local/services/secretsmanager";
import { ACCOUNT, Harness, REGION } from "../harness";

export const SECRET = "aws:secretsmanager/secret:Secret";
export const VERSION = "aws:secretsmanager/secretVersion:SecretVersion";
export const ROTATION = "aws:secretsmanager/secretRotation:SecretRotation";
export const POLICY = "aws:secretsmanager/secretPolicy:SecretPolicy";
export const DAY = 24 * 60 * 60 * 1000;
/** A valid ClientRequestToken. */
export const TOKEN = "0123456789abcdef0123456789abcdef";

export const arnOf = (name: string) => `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:${name}-AbCdEf`;

/** A Secrets Manager of its own for each test, with a clock that tests set. */
export class SecretsManagerFixture {
    now = Date.now();
    harness!: Harness<ReturnType<typeof createSecretsManagerService>>;
    client!: SecretsManagerClient;

    /** Call once in a `describe`. */
    static use(): SecretsManagerFixture {
        const fixture = new SecretsManagerFixture();
        beforeEach(() => fixture.start());
        afterEach(() => fixture.harness.stop());
        return fixture;
    }

    async restart(): Promise<void> {
        await this.harness.restart();
        this.client = new SecretsManagerClient(this.harness.clientOptions);
    }

    deploySecret(name: string, inputs: Record<string, unknown> = {}) {
        return this.harness.deploy(SECRET, arnOf(name), { name, ...inputs }, { arn: arnOf(name) });
    }

    deployVersion(name: string, secretString: string, versionId?: string) {
        const inputs = { secretId: arnOf(name), secretString };
        return this.harness.deploy(VERSION, `${arnOf(name)}|${secretString}`, inputs, { versionId });
    }

    /** The secret string of a version, of AWSCURRENT by default. */
    async read(SecretId: string, VersionStage?: string): Promise<string | undefined> {
        return (await this.client.send(new GetSecretValueCommand({ SecretId, VersionStage }))).SecretString;
    }

    private async start(): Promise<void> {
        this.now = Date.now();
        this.harness = await Harness.start((context) =>
            createSecretsManagerService(context, { now: () => this.now, checkEveryMilliseconds: 5 }),
        );
        this.client = new SecretsManagerClient(this.harness.clientOptions);
    }
}

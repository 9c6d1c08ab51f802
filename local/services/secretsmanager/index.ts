import { randomInt, randomUUID } from "node:crypto";
import { z } from "zod";
import { text } from "../protocol/fields";
import { createHandler } from "../protocol/handler";
import { readRecord } from "../protocol/records";
import { AwsError, type LocalService, type ResourceRecord, type ServiceContext } from "../service";
import { secretsManagerApi } from "./operations";
import { POLICY_TYPE, ROTATION_TYPE, SECRET_TYPE, VERSION_TYPE } from "./resourceTypes";
import { Rotations, type Rotate } from "./rotation";
import { addVersion, CURRENT, sameValue, versionWith, type Secret, type SecretValue } from "./secret";
import { Vault } from "./vault";

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;
const NAME_SUFFIX_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** A secret that another local service makes and rotates, as RDS does for a cluster's master user. */
export interface ManagedSecret {
    /** `rds!cluster-<id>`. */
    readonly name: string;
    /** JSON with `username` and `password`. Taken when the secret is new; a stored value wins. */
    readonly value: string;
    readonly owner: "rds";
    readonly rotate: Rotate;
}

/** The way for other local services to secrets of their own. */
export interface SecretStore {
    /**
     * Creates a managed secret, or takes up one from an earlier run, and registers what a rotation calls. Call it at
     * each start, once `rotate` can work: a rotation that is due or was interrupted happens now.
     */
    putManagedSecret(secret: ManagedSecret): Promise<{ readonly arn: string }>;
    /** The value in force; nothing if there is no such secret. */
    readManagedSecret(name: string): string | undefined;
    /** Removes it at once: managed secrets have no recovery window. */
    removeManagedSecret(name: string): void;
}

/** Timing, set by tests. */
export interface SecretsManagerOptions {
    /** Milliseconds since 1970. @default Date.now */
    readonly now?: () => number;
    /** How often is looked for secrets to rotate or to delete. @default 60000 */
    readonly checkEveryMilliseconds?: number;
}

const secretRecord = z.object({
    arn: text(20, 2048),
    name: z.string().regex(/^[\w/+=.@-]{1,512}$/, {
        error: "1 to 512 letters, digits and /_+=.@- are allowed",
    }),
    recoveryWindowInDays: z
        .number()
        .refine((days) => days === 0 || (days >= 7 && days <= 30), { error: "0 or 7 to 30 days are allowed" })
        .default(30),
});

const versionRecord = z
    .object({
        secretId: text(1, 2048),
        secretString: z.string().optional(),
        secretBinary: z.base64().optional(),
        versionId: z.string().optional(),
        versionStages: z.array(text(1, 256)).min(1).max(20).default([CURRENT]),
    })
    .refine(
        ({ secretString, secretBinary }) => (secretString === undefined) !== (secretBinary === undefined),
        {
            error: "exactly one of secretString and secretBinary is needed",
        },
    );

/** Secrets Manager for the local stack: values sealed on disk, versions and labels as on AWS, rotation for RDS. */
export function createSecretsManagerService(
    context: ServiceContext,
    options: SecretsManagerOptions = {},
): LocalService & SecretStore {
    return new SecretsManagerService(context, options);
}

class SecretsManagerService implements LocalService, SecretStore {
    readonly name = "secretsmanager";
    readonly title = "Secrets Manager";
    readonly signingNames = ["secretsmanager"];
    readonly resourceTypes = [SECRET_TYPE, VERSION_TYPE, ROTATION_TYPE, POLICY_TYPE];
    readonly handle;
    private readonly vault: Vault;
    private readonly rotations: Rotations;
    private readonly now: () => number;
    private timer?: NodeJS.Timeout;

    constructor(
        private readonly context: ServiceContext,
        private readonly options: SecretsManagerOptions,
    ) {
        this.now = options.now ?? Date.now;
        this.vault = new Vault(context);
        this.rotations = new Rotations(context, this.vault, this.now);
        const api = secretsManagerApi({
            context,
            vault: this.vault,
            rotations: this.rotations,
            now: this.now,
        });
        this.handle = createHandler(api, (message) => context.log(message));
    }

    async start(): Promise<void> {
        this.vault.load();
        this.restoreLostSecrets();
        await this.check();
        this.timer = setInterval(() => void this.check(), this.options.checkEveryMilliseconds ?? 60_000);
        this.timer.unref();
    }

    stop(): Promise<void> {
        clearInterval(this.timer);
        return Promise.resolve();
    }

    async applied(record: ResourceRecord): Promise<Record<string, unknown> | undefined> {
        if (record.type === SECRET_TYPE) this.applySecret(record);
        if (record.type === VERSION_TYPE) return { versionId: this.applyVersion(record) };
        if (record.type === ROTATION_TYPE) await this.rotations.applied(record);
        if (record.type === POLICY_TYPE) this.vault.find(z.string().parse(record.inputs.secretArn));
        return undefined;
    }

    removing(record: ResourceRecord): Promise<void> {
        if (record.type === SECRET_TYPE) {
            const { arn, recoveryWindowInDays } = readRecord(secretRecord, record);
            const secret = this.vault.get(arn);
            if (secret === undefined || recoveryWindowInDays === 0) this.vault.delete(arn);
            else
                this.vault.save({
                    ...secret,
                    deletionAt: this.now() + recoveryWindowInDays * DAY_MILLISECONDS,
                });
        }
        return Promise.resolve();
    }

    health() {
        const failures = this.rotations.failures();
        const secrets = this.vault.all().filter(({ deletionAt }) => deletionAt === undefined);
        const versions = secrets.reduce((sum, secret) => sum + secret.versions.length, 0);
        return Promise.resolve({
            healthy: failures.length === 0,
            detail:
                failures.length === 0
                    ? "Secrets are kept sealed on disk."
                    : `Check what uses the secret: ${failures.join("; ")}.`,
            figures: [
                { label: "secrets", value: secrets.length, unit: "" },
                { label: "versions", value: versions, unit: "" },
            ],
        });
    }

    async putManagedSecret({ name, value, owner, rotate }: ManagedSecret): Promise<{ arn: string }> {
        const known = this.vault.all().find((secret) => secret.name === name);
        const secret =
            known ?? this.vault.save(this.newSecret(this.newArn(name), name, owner, { text: value }));
        this.rotations.register(secret.arn, rotate);
        await this.rotations.rotateDue();
        return { arn: secret.arn };
    }

    readManagedSecret(name: string): string | undefined {
        const secret = this.vault.all().find((each) => each.name === name);
        const value = secret === undefined ? undefined : versionWith(secret, CURRENT)?.value;
        return value !== undefined && "text" in value ? value.text : undefined;
    }

    removeManagedSecret(name: string): void {
        const secret = this.vault.all().find((each) => each.name === name);
        if (secret === undefined) return;
        this.rotations.forget(secret.arn);
        this.vault.delete(secret.arn);
    }

    private applySecret(record: ResourceRecord): void {
        const { arn, name } = readRecord(secretRecord, record);
        const namesake = this.vault.all().find((secret) => secret.name === name);
        if (namesake?.deletionAt !== undefined) {
            const due = new Date(namesake.deletionAt).toISOString();
            throw new AwsError(
                "InvalidRequestException",
                `A secret named "${name}" is scheduled for deletion until ${due}. To free names at once, deploy with recoveryWindowInDays: 0 before you destroy.`,
            );
        }
        if (namesake !== undefined && namesake.arn !== arn) {
            throw new AwsError("ResourceExistsException", `A secret named "${name}" already exists.`);
        }
        if (namesake === undefined) this.vault.save(this.newSecret(arn, name));
        // What was deployed last holds: a description that UpdateSecret has set ends here.
        else this.vault.save({ ...namesake, description: undefined });
    }

    /** Stores a deployed version, and answers with the id of the version that holds its value. */
    private applyVersion(record: ResourceRecord): string {
        const { secretId, secretString, secretBinary, versionId, versionStages } = readRecord(
            versionRecord,
            record,
        );
        const secret = this.vault.find(secretId);
        const value = secretString === undefined ? { base64: secretBinary ?? "" } : { text: secretString };
        const known =
            versionId === undefined
                ? versionWith(secret, versionStages[0] ?? CURRENT)
                : secret.versions.find(({ id }) => id === versionId);
        if (known !== undefined && sameValue(known.value, value)) return known.id;
        const id = versionId === undefined || known !== undefined ? randomUUID() : versionId;
        this.vault.save(addVersion(secret, { id, value, stages: versionStages, createdAt: this.now() }));
        return id;
    }

    /** A folder that was lost is filled again from what is deployed. */
    private restoreLostSecrets(): void {
        for (const record of this.context.resources.ofType(SECRET_TYPE)) {
            const { arn, name } = readRecord(secretRecord, record);
            if (this.vault.get(arn) !== undefined) continue;
            this.vault.save(this.newSecret(arn, name));
            this.context.resources
                .ofType(VERSION_TYPE)
                .filter(({ inputs }) => inputs.secretId === arn || inputs.secretId === name)
                .forEach((version) => this.applyVersion(version));
        }
    }

    /** Deletes and rotates what is due. A problem is logged: the next check tries again. */
    private async check(): Promise<void> {
        try {
            for (const { arn, deletionAt } of this.vault.all()) {
                if (deletionAt !== undefined && deletionAt <= this.now()) this.vault.delete(arn);
            }
            await this.rotations.rotateDue();
        } catch (error) {
            this.context.log(`the check of secrets failed: ${String(error)}`);
        }
    }

    private newSecret(arn: string, name: string, owner?: "rds", value?: SecretValue): Secret {
        const createdAt = this.now();
        const secret = { arn, name, owner, createdAt, changedAt: createdAt, versions: [] };
        return value === undefined
            ? secret
            : addVersion(secret, { id: randomUUID(), value, stages: [CURRENT], createdAt });
    }

    private newArn(name: string): string {
        const { region, account } = this.context;
        const random = () => NAME_SUFFIX_ALPHABET[randomInt(NAME_SUFFIX_ALPHABET.length)] ?? "";
        return `arn:aws:secretsmanager:${region}:${account}:secret:${name}-${Array.from({ length: 6 }, random).join("")}`;
    }
}

import { randomUUID } from "node:crypto";
import { z } from "zod";
import { integer, text } from "../protocol/fields";
import { readRecord } from "../protocol/records";
import { AwsError, type ResourceRecord, type ServiceContext } from "../service";
import { randomPassword } from "./randomPassword";
import { ROTATION_TYPE } from "./resourceTypes";
import { addVersion, CURRENT, dropStage, moveStages, PENDING, versionWith, type Secret } from "./secret";
import type { Vault } from "./vault";

/** Puts a new secret string in force where it is used. Must be safe to repeat with the same string. */
export type Rotate = (newSecretString: string) => Promise<void>;

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;
/** RDS rotates the master user's password every week unless told otherwise. */
const MANAGED_ROTATION_DAYS = 7;
/** What RDS does not allow in a master password; the quotes and the backslash would also have to be escaped. */
const EXCLUDED_CHARACTERS = "/@\"'\\ ";

const rotationRecord = z.object({
    secretId: text(1, 2048),
    rotationLambdaArn: z
        .string()
        .optional()
        .refine((arn) => !arn, {
            error: "the local stack rotates the secrets that RDS manages; it runs no rotation function",
        }),
    rotateImmediately: z.boolean().default(true),
    rotationRules: z.object({
        automaticallyAfterDays: integer(1, 1000).optional(),
        scheduleExpression: z
            .string()
            .regex(/^rate\((\d+) (days?|hours?)\)$/, {
                error: "the local stack reads rate(N days) and rate(N hours), not cron expressions",
            })
            .optional(),
    }),
});

/** Rotates managed secrets: on demand, and by themselves when they are due. */
export class Rotations {
    private readonly callbacks = new Map<string, Rotate>();
    private readonly running = new Set<string>();
    private readonly problems = new Map<string, string>();

    constructor(
        private readonly context: ServiceContext,
        private readonly vault: Vault,
        private readonly now: () => number,
    ) {}

    register(arn: string, rotate: Rotate): void {
        this.callbacks.set(arn, rotate);
    }

    forget(arn: string): void {
        this.callbacks.delete(arn);
        this.problems.delete(arn);
    }

    /** What went wrong in the last attempt, one sentence for each secret concerned. */
    failures(): readonly string[] {
        return [...this.problems].map(([arn, problem]) => `${this.vault.get(arn)?.name ?? arn}: ${problem}`);
    }

    /** Checks a SecretRotation record, then rotates at once if it is new or changed and asks for it. */
    async applied(record: ResourceRecord): Promise<void> {
        const wanted = readRecord(rotationRecord, record);
        const secret = this.vault.find(wanted.secretId);
        this.callbackOf(secret);
        const before = this.context.resources.get(record.type, record.id);
        const isUnchanged =
            before !== undefined &&
            JSON.stringify(before.inputs.rotationRules) === JSON.stringify(record.inputs.rotationRules);
        if (wanted.rotateImmediately && !isUnchanged) await this.rotate(secret);
    }

    /** How often a secret rotates, in milliseconds; nothing where it does not. */
    intervalOf(secret: Secret): number | undefined {
        const record = this.context.resources
            .ofType(ROTATION_TYPE)
            .map((each) => readRecord(rotationRecord, each))
            .find(({ secretId }) => secretId === secret.arn || secretId === secret.name);
        if (record === undefined) {
            return secret.owner === undefined ? undefined : MANAGED_ROTATION_DAYS * DAY_MILLISECONDS;
        }
        const { automaticallyAfterDays, scheduleExpression } = record.rotationRules;
        if (automaticallyAfterDays !== undefined) return automaticallyAfterDays * DAY_MILLISECONDS;
        const [, count, unit] = /^rate\((\d+) (day|hour)/.exec(scheduleExpression ?? "") ?? [];
        return count === undefined
            ? undefined
            : Number(count) * (unit === "day" ? DAY_MILLISECONDS : 3_600_000);
    }

    /** When a secret rotates next, in milliseconds since 1970. */
    nextOf(secret: Secret): number | undefined {
        const interval = this.intervalOf(secret);
        return interval === undefined ? undefined : (secret.rotatedAt ?? secret.createdAt) + interval;
    }

    /** Rotates what is due, and finishes what an earlier run has left half done. Problems are logged, not thrown. */
    async rotateDue(): Promise<void> {
        const isDue = (secret: Secret) =>
            versionWith(secret, PENDING) !== undefined || (this.nextOf(secret) ?? Infinity) <= this.now();
        const due = this.vault.all().filter(({ arn, deletionAt }) => !deletionAt && this.callbacks.has(arn));
        for (const secret of due.filter((each) => isDue(each) && !this.running.has(each.arn))) {
            await this.rotate(secret).catch((error: unknown) => this.context.log(String(error)));
        }
    }

    /**
     * Makes a new password, puts it in force, then moves AWSCURRENT to it. The new version is on disk, as AWSPENDING,
     * before it is put in force: if the machine stops in between, the next attempt takes the same one.
     */
    async rotate(secret: Secret, versionId: string = randomUUID()): Promise<Secret> {
        const { arn } = secret;
        const callback = this.callbackOf(secret);
        if (this.running.has(arn)) {
            throw new AwsError(
                "InvalidRequestException",
                "A rotation of this secret is already in progress.",
            );
        }
        this.running.add(arn);
        const pending = this.vault.save(withPending(secret, versionId, this.now()));
        const version = versionWith(pending, PENDING);
        const value = version !== undefined && "text" in version.value ? version.value.text : "";
        try {
            await callback(value);
            const latest = this.vault.find(arn);
            const promoted = moveStages(dropStage(latest, PENDING), version?.id ?? "", [CURRENT]);
            this.problems.delete(arn);
            return this.vault.save({ ...promoted, rotatedAt: this.now(), changedAt: this.now() });
        } catch (error) {
            const problem = `the rotation failed (${withoutSecret(error, value)}); it is tried again`;
            this.problems.set(arn, problem);
            throw new AwsError("InternalServiceError", `${secret.name}: ${problem}`, 500);
        } finally {
            this.running.delete(arn);
        }
    }

    private callbackOf(secret: Secret): Rotate {
        const callback = this.callbacks.get(secret.arn);
        if (callback !== undefined) return callback;
        throw new AwsError(
            "InvalidRequestException",
            `The local stack cannot rotate "${secret.name}": it rotates the secrets that a running RDS cluster manages.`,
        );
    }
}

function withPending(secret: Secret, versionId: string, now: number): Secret {
    if (versionWith(secret, PENDING) !== undefined) return secret;
    const current = versionWith(secret, CURRENT)?.value;
    const fields = current !== undefined && "text" in current ? (JSON.parse(current.text) as object) : {};
    const password = randomPassword({ excludeCharacters: EXCLUDED_CHARACTERS });
    const value = { text: JSON.stringify({ ...fields, password }) };
    return addVersion(secret, { id: versionId, value, stages: [PENDING], createdAt: now });
}

/** An error's message may quote the statement that failed, and with it the password. */
function withoutSecret(error: unknown, secretString: string): string {
    const message = error instanceof Error ? error.message : String(error);
    const { password } = JSON.parse(secretString) as { password: string };
    return message.replaceAll(secretString, "***").replaceAll(password, "***");
}

import { AwsError } from "../service";

/** The label of the version that readers get. */
export const CURRENT = "AWSCURRENT";
/** The label of the version before it. */
const PREVIOUS = "AWSPREVIOUS";
/** The label of a version that a rotation has made but not yet put in force. */
export const PENDING = "AWSPENDING";

/** AWS's limit for the value of one version. */
const MAX_VALUE_BYTES = 65_536;
/** AWS drops versions without a label once a secret has about 100. */
const MAX_VERSIONS = 100;

/** A secret's value: text or bytes, the latter as base64. */
export type SecretValue = { readonly text: string } | { readonly base64: string };

/** One version of a secret's value, with the staging labels it bears. */
export interface SecretVersion {
    readonly id: string;
    readonly value: SecretValue;
    readonly stages: readonly string[];
    readonly createdAt: number;
}

/** What is kept, sealed, of one secret. Times are milliseconds since 1970. */
export interface Secret {
    readonly arn: string;
    readonly name: string;
    readonly createdAt: number;
    readonly changedAt: number;
    readonly rotatedAt?: number;
    /** Set by UpdateSecret; the program's own description holds until then. */
    readonly description?: string;
    /** Set once the secret is scheduled for deletion: when it goes. */
    readonly deletionAt?: number;
    /** The AWS service that manages the value; users then cannot write it. */
    readonly owner?: "rds";
    readonly versions: readonly SecretVersion[];
}

/** The version that bears a label. */
export function versionWith(secret: Secret, stage: string): SecretVersion | undefined {
    return secret.versions.find((version) => version.stages.includes(stage));
}

/**
 * Adds a version and moves labels onto it. The same id with the same value changes nothing, so a request can be sent
 * twice.
 *
 * @throws AwsError for a value that is too large, and `ResourceExistsException` for a known id with another value.
 */
export function addVersion(secret: Secret, version: SecretVersion): Secret {
    const bytes = sizeOf(version.value);
    if (bytes > MAX_VALUE_BYTES) {
        throw new AwsError(
            "InvalidParameterException",
            `The secret value has ${bytes} bytes; at most ${MAX_VALUE_BYTES} are allowed.`,
        );
    }
    const known = secret.versions.find(({ id }) => id === version.id);
    if (known !== undefined) {
        if (sameValue(known.value, version.value)) return secret;
        throw new AwsError(
            "ResourceExistsException",
            `You provided a resource that already exists: version ${version.id} has another value. Use another ClientRequestToken.`,
        );
    }
    const added = { ...secret, versions: [...secret.versions, { ...version, stages: [] }] };
    return prune(moveStages({ ...added, changedAt: version.createdAt }, version.id, version.stages));
}

/** Moves labels onto one version. AWSPREVIOUS follows AWSCURRENT. */
export function moveStages(secret: Secret, versionId: string, stages: readonly string[]): Secret {
    const previousId = stages.includes(CURRENT) ? versionWith(secret, CURRENT)?.id : undefined;
    const moved = new Set([...stages, ...(previousId === undefined ? [] : [PREVIOUS])]);
    const versions = secret.versions.map((version) => {
        const kept = version.stages.filter((stage) => !moved.has(stage));
        if (version.id === versionId) return { ...version, stages: [...kept, ...stages] };
        return version.id === previousId
            ? { ...version, stages: [...kept, PREVIOUS] }
            : { ...version, stages: kept };
    });
    return { ...secret, versions };
}

/** Takes a label off whatever version bears it. */
export function dropStage(secret: Secret, stage: string): Secret {
    const without = (version: SecretVersion) => version.stages.filter((other) => other !== stage);
    return {
        ...secret,
        versions: secret.versions.map((version) => ({ ...version, stages: without(version) })),
    };
}

/** Whether two values are the same, type included. */
export function sameValue(left: SecretValue, right: SecretValue): boolean {
    if ("text" in left) return "text" in right && left.text === right.text;
    return "base64" in right && left.base64 === right.base64;
}

function sizeOf(value: SecretValue): number {
    return "text" in value ? Buffer.byteLength(value.text) : Buffer.from(value.base64, "base64").length;
}

function prune(secret: Secret): Secret {
    let excess = secret.versions.length - MAX_VERSIONS;
    const versions = secret.versions.filter(({ stages }) => stages.length > 0 || excess-- <= 0);
    return { ...secret, versions };
}

import * as aws from "@pulumi/aws";
import type { ResourceValidation } from "@pulumi/policy";
import { each, on, parseJson, Unreadable, type Check, type Finding } from "./rule";

/** One statement of an IAM policy document, with AWS's short forms written out. */
export interface Statement {
    /** `statement 2`, or the Sid where there is one: how messages name it. */
    readonly label: string;
    readonly allows: boolean;
    readonly denies: boolean;
    readonly actions: readonly string[];
    readonly resources: readonly string[];
    /** The statement covers everything except some actions or resources. */
    readonly exceptActions: boolean;
    readonly exceptResources: boolean;
    /** `*`, ARNs, account ids and service names; empty where the document is one of an identity. */
    readonly principals: readonly string[];
    readonly exceptPrincipals: boolean;
    /** Operator to condition keys to values. */
    readonly conditions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/**
 * The statements of a policy document, as text or as an object. An empty list where there is no document.
 * @throws Unreadable where it is neither
 */
export function statementsOf(key: string, document: unknown): Statement[] {
    if (document === undefined || document === null || document === "") return [];
    const parsed = typeof document === "string" ? parseJson(key, document) : document;
    if (!isRecord(parsed) || parsed["Statement"] === undefined) {
        throw new Unreadable({
            found: `${key} has no Statement`,
            allowed: "an IAM policy document",
            fix: `Give ${key} its Version and Statement`,
        });
    }
    const statements = [parsed["Statement"]].flat();
    return statements.filter(isRecord).map(statementOf);
}

/** Checks each statement of the document at `key`. */
export function documentAt<Key extends string>(
    key: Key,
    check: (statement: Statement) => Finding,
): Check<Readonly<Partial<Record<Key, unknown>>>> {
    return (props) => each(statementsOf(key, props[key]), check);
}

/** The documents of identities: what a role, user or group may do. */
export function identityDocuments(check: (statement: Statement) => Finding): ResourceValidation[] {
    const atPolicy = documentAt("policy", check);
    return [
        on(aws.iam.RolePolicy, atPolicy),
        on(aws.iam.UserPolicy, atPolicy),
        on(aws.iam.GroupPolicy, atPolicy),
        on(aws.iam.Policy, atPolicy),
        on(aws.iam.Role, ({ inlinePolicies }) =>
            each(inlinePolicies, ({ policy }) => each(statementsOf("inlinePolicies.policy", policy), check)),
        ),
    ];
}

/** The documents of resources other than KMS keys: who may do what with a bucket, topic, queue, secret and so on. */
export function resourceDocuments(check: (statement: Statement) => Finding): ResourceValidation[] {
    const atPolicy = documentAt("policy", check);
    return [
        on(aws.s3.Bucket, atPolicy),
        on(aws.s3.BucketPolicy, atPolicy),
        on(aws.sns.Topic, atPolicy),
        on(aws.sns.TopicPolicy, atPolicy),
        on(aws.sqs.Queue, atPolicy),
        on(aws.sqs.QueuePolicy, atPolicy),
        on(aws.ecr.RepositoryPolicy, atPolicy),
        on(aws.secretsmanager.Secret, atPolicy),
        on(aws.secretsmanager.SecretPolicy, atPolicy),
        on(aws.sagemaker.ModelPackageGroupPolicy, documentAt("resourcePolicy", check)),
    ];
}

/** The documents of KMS keys, where `Resource: "*"` means the key itself. */
export function keyDocuments(check: (statement: Statement) => Finding): ResourceValidation[] {
    const atPolicy = documentAt("policy", check);
    return [on(aws.kms.Key, atPolicy), on(aws.kms.KeyPolicy, atPolicy)];
}

function statementOf(raw: Readonly<Record<string, unknown>>, index: number): Statement {
    const sid = raw["Sid"];
    return {
        label: typeof sid === "string" && sid !== "" ? `statement "${sid}"` : `statement ${index + 1}`,
        allows: raw["Effect"] === "Allow",
        denies: raw["Effect"] === "Deny",
        actions: texts(raw["Action"]),
        resources: texts(raw["Resource"]),
        exceptActions: raw["NotAction"] !== undefined,
        exceptResources: raw["NotResource"] !== undefined,
        principals: principalsOf(raw["Principal"]),
        exceptPrincipals: raw["NotPrincipal"] !== undefined,
        conditions: mapValues(raw["Condition"], (keys) => mapValues(keys, texts)),
    };
}

function principalsOf(principal: unknown): string[] {
    return isRecord(principal) ? Object.values(principal).flatMap(texts) : texts(principal);
}

/** A string or a list of them; booleans and numbers are written out, as IAM reads them. */
function texts(value: unknown): string[] {
    return [value].flat().filter(isScalar).map(String);
}

function mapValues<T>(value: unknown, convert: (inner: unknown) => T): Record<string, T> {
    return isRecord(value)
        ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, convert(inner)]))
        : {};
}

function isScalar(value: unknown): value is string | number | boolean {
    return ["string", "number", "boolean"].includes(typeof value);
}

/** Whether a value is an object with keys: no list, no null. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

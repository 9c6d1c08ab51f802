import {
    validateResourceOfType,
    type PolicyResource,
    type ResourceValidation,
    type ResourceValidationPolicy,
    type StackValidationPolicy,
} from "@pulumi/policy";
import type { CustomResourceOptions, Resource, Unwrap } from "@pulumi/pulumi";
import { environmentOf, type Environment } from "../config/environment";

/** What is wrong with a resource, in the three parts that every message has. */
export interface Problem {
    /** What was found, as the rest of a sentence that starts with the resource. */
    readonly found: string;
    readonly allowed: string;
    /** What to do, as a sentence without its full stop. */
    readonly fix: string;
}

/**
 * What a check comes to. A function is a further check that is decided on its own, so that one value which is not known
 * yet leaves the rest of a list decided.
 */
export type Finding = Problem | undefined | (() => Finding) | readonly Finding[];

/** Decides one thing about a resource. It reads no more than it needs: reading an unknown value ends the check. */
export type Check<Props> = (props: Props, environment: Environment) => Finding;

/** As `Check`, for a rule that needs the resources around it. */
export type StackCheck = (
    resource: PolicyResource,
    stack: readonly PolicyResource[],
    environment: Environment,
) => Finding;

/** A class of resources, such as `aws.s3.Bucket`. */
export type ResourceType<R extends Resource, Args> = new (
    name: string,
    args: Args,
    opts?: CustomResourceOptions,
) => R;

interface RuleText {
    /** Kebab-case and unique in the pack. */
    readonly name: string;
    /** One sentence: what always holds. */
    readonly description: string;
}

interface Subject {
    readonly type: string;
    readonly name: string;
    readonly urn: string;
}

type Report = (message: string, urn?: string) => void;

/** A value that cannot be judged, whatever the environment: text that should be JSON and is not. */
export class Unreadable extends Error {
    constructor(readonly problem: Problem) {
        super(`${problem.found}, allowed: ${problem.allowed}`);
    }
}

/** A rule about single resources. The engine stops before it creates or changes what breaks it. */
export function resourceRule(
    rule: RuleText & { readonly validateResource: readonly ResourceValidation[] },
): ResourceValidationPolicy {
    return { ...rule, enforcementLevel: "mandatory", validateResource: [...rule.validateResource] };
}

/** The checks of a resource rule for one type. */
export function on<R extends Resource, Args>(
    type: ResourceType<R, Args>,
    ...checks: readonly Check<Unwrap<NonNullable<Args>>>[]
): ResourceValidation {
    return validateResourceOfType(type, (props, args, report) => {
        judge(
            args,
            report,
            checks.map((check) => (environment: Environment) => check(props, environment)),
        );
    });
}

/** The checks of a resource rule for every type that `applies` names, where no single class covers them. */
export function onTypes(
    applies: (type: string) => boolean,
    ...checks: readonly Check<Readonly<Record<string, unknown>>>[]
): ResourceValidation {
    return (args, report) => {
        if (!applies(args.type)) return args.notApplicable("Policy does not apply to this type");
        judge(
            args,
            report,
            checks.map((check) => (environment: Environment) => check(args.props, environment)),
        );
    };
}

/**
 * A rule about a resource and those around it. The engine runs it after the resources of an operation, so it stops a
 * deployment only through the preview that comes before.
 */
export function stackRule(
    rule: RuleText & { readonly applies: (type: string) => boolean; readonly checks: readonly StackCheck[] },
): StackValidationPolicy {
    const { name, description, applies, checks } = rule;
    return {
        name,
        description,
        enforcementLevel: "mandatory",
        validateStack: ({ resources }, report) => {
            for (const resource of resources.filter(({ type }) => applies(type))) {
                judge(
                    resource,
                    report,
                    checks.map(
                        (check) => (environment: Environment) => check(resource, resources, environment),
                    ),
                );
            }
        },
    };
}

/**
 * The value, or `fallback` where it is not known until deployment. For what is unknown in a correct program too: the id
 * or ARN of another resource. `up` runs the rule again with the value, before the resource is made.
 */
export function knownOr<T, F>(fallback: F, read: () => T): T | F {
    try {
        return read();
    } catch (error) {
        if (unknownPath(error) === undefined) throw error;
        return fallback;
    }
}

/** Whether a value is given at all; another resource's output counts, known or not. */
export function isGiven(read: () => unknown): boolean {
    const value = knownOr(true, read);
    return value !== undefined && value !== null && value !== "" && value !== false && value !== 0;
}

/** A list as it may be absent, each item judged on its own. */
export function each<T>(
    items: readonly T[] | undefined,
    check: (item: T, index: number) => Finding,
): Finding {
    // By index: going over the list itself would read all of it, and end at the first unknown item.
    return Array.from({ length: items?.length ?? 0 }, (_, index) => () => {
        const item = items?.[index];
        return item === undefined ? undefined : check(item, index);
    });
}

/** @throws Unreadable where the text is not JSON */
export function parseJson(key: string, text: string): unknown {
    try {
        return JSON.parse(text) as unknown;
    } catch {
        throw new Unreadable({
            found: `${key} is not JSON`,
            allowed: "a JSON document",
            fix: `Correct ${key}`,
        });
    }
}

function judge(
    subject: Subject,
    report: Report,
    checks: readonly ((environment: Environment) => Finding)[],
): void {
    const environment = environmentOf(stackOf(subject.urn));
    const label = `${subject.type.replace(/^([^:]+):([^/:]+)[^:]*:/, "$1.$2.")} "${subject.name}"`;
    const messages = checks
        .flatMap((check) => problems(() => check(environment), environment))
        .map(
            ({ found, allowed, fix }) => `${label}: ${found}; allowed in ${environment}: ${allowed}. ${fix}.`,
        );
    // A set: several checks of one rule may stop at the same unknown value.
    for (const message of new Set(messages)) report(message, subject.urn);
}

function problems(finding: Finding, environment: Environment): Problem[] {
    if (finding === undefined) return [];
    if (isList(finding)) return finding.flatMap((part) => problems(part, environment));
    if (typeof finding !== "function") return [finding];
    try {
        return problems(finding(), environment);
    } catch (error) {
        if (error instanceof Unreadable) return [error.problem];
        const path = unknownPath(error);
        if (path === undefined) throw error;
        return environment === "prod" ? [undecidable(path)] : [];
    }
}

function isList(finding: Finding): finding is readonly Finding[] {
    return Array.isArray(finding);
}

/** Left alone, the engine would turn the rule into advice; `up` would then fail half-way through production. */
function undecidable(path: string): Problem {
    return {
        found: `${path} is not known until deployment`,
        allowed: "a value known in preview, so that the rule is decided before anything changes",
        fix: "Build it from settings and names instead of another resource's outputs",
    };
}

/** The path of the property whose reading threw because it is unknown; undefined for any other error. */
function unknownPath(error: unknown): string | undefined {
    // @pulumi/policy does not export its error class; its message is what users see, and names the property.
    return error instanceof Error && error.constructor.name === "UnknownValueError"
        ? / value at \.(.+) can't be known during preview$/.exec(error.message)?.[1]
        : undefined;
}

/** The stack in a URN: urn:pulumi:STACK::PROJECT::TYPE::NAME. True for any engine, with no global state to set. */
function stackOf(urn: string): string {
    return urn.split("::", 1).join("").replace("urn:pulumi:", "");
}

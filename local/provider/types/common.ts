import { isIPv4 } from "node:net";
import { z } from "zod";
import { isObject, parseDocument } from "../values";

/** A text that matches a pattern; `allowed` says in words what does. */
export function text(pattern: RegExp, allowed: string): z.ZodString {
    return z.string().regex(pattern, allowed);
}

/** A whole number in a range, both ends included. */
export function int(min: number, max: number): z.ZodNumber {
    return z.int().min(min).max(max);
}

/** An ARN of a service, or of any where none is named. */
export function arn(service = ""): z.ZodString {
    const pattern = new RegExp(
        `^arn:aws[a-z-]*:${service === "" ? "[a-z0-9-]+" : service}:[a-z0-9-]*:(\\d{12}|aws)?:.+$`,
    );
    return text(
        pattern,
        `an ARN such as arn:aws:${service === "" ? "service" : service}:region:account:resource`,
    );
}

/** An id in EC2's form: `vpc-0abc`. */
export function ec2Id(prefix: string): z.ZodString {
    return text(new RegExp(`^${prefix}-[0-9a-f]{8,17}$`), `an id such as ${prefix}-0a1b2c3d4e5f60718`);
}

/** The arguments of a type that exists in each region, which @pulumi/aws 7 lets every such resource choose. */
export function regional<Shape extends z.ZodRawShape>(shape: Shape) {
    return z.strictObject({ region: region.optional(), ...shape });
}

export const region = text(/^[a-z]{2}(-[a-z]+)+-\d$/, "a region such as us-east-1");

export const port = int(1, 65535);

/** Tags as AWS takes them. Keys of AWS's own are refused. */
export const tags = z
    .record(z.string(), z.string().max(256))
    .refine((value) => Object.keys(value).length <= 50, "at most 50 tags")
    .refine((value) => Object.keys(value).every((key) => key.length <= 128), "keys of at most 128 characters")
    .refine(
        (value) => !Object.keys(value).some((key) => /^aws:/i.test(key)),
        'keys that do not begin with "aws:"',
    );

/** An IPv4 range whose address is the range's first, as EC2 demands. */
export const cidr4 = z
    .string()
    .refine(isNetwork, "an IPv4 range such as 10.0.0.0/16, with its first address");

/** An IPv6 range. */
export const cidr6 = text(/^[0-9a-fA-F:]+\/\d{1,3}$/, "an IPv6 range such as 2001:db8::/56");

/** A daily window in UTC: `03:00-04:00`. */
export const dailyWindow = text(
    /^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/,
    "a daily window in UTC such as 03:00-04:00",
);

/** A weekly window in UTC: `sun:04:00-sun:05:00`. */
export const weeklyWindow = text(
    /^(mon|tue|wed|thu|fri|sat|sun):([01]\d|2[0-3]):[0-5]\d-(mon|tue|wed|thu|fri|sat|sun):([01]\d|2[0-3]):[0-5]\d$/i,
    "a weekly window in UTC such as sun:04:00-sun:05:00",
);

/** A text that holds a JSON object. */
export const jsonObject = z.string().refine((value) => isObject(parseDocument(value)), "a JSON object");

/** A policy of an identity: what may be done to which resources. */
export const identityPolicy = policyDocument(["Resource", "NotResource"], ["Principal", "NotPrincipal"]);

/** A policy of a resource: who may do what with it. */
export const resourcePolicy = policyDocument(["Principal", "NotPrincipal"], []);

/** A role's trust policy: who may assume it. */
export const trustPolicy = policyDocument(["Principal", "NotPrincipal"], ["Resource", "NotResource"]);

/** A policy document whose statements need one of `demanded` and none of `refused`. */
function policyDocument(demanded: readonly string[], refused: readonly string[]): z.ZodType<string> {
    return z.string().superRefine((value, context) => {
        const problem = policyProblem(parseDocument(value), demanded, refused);
        if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
    });
}

function policyProblem(
    document: unknown,
    demanded: readonly string[],
    refused: readonly string[],
): string | undefined {
    if (!isObject(document)) return "a policy as a JSON object";
    if (
        document.Version !== undefined &&
        document.Version !== "2012-10-17" &&
        document.Version !== "2008-10-17"
    ) {
        return 'a policy of Version "2012-10-17" or "2008-10-17"';
    }
    const statements: unknown[] = Array.isArray(document.Statement)
        ? document.Statement
        : [document.Statement];
    for (const statement of statements) {
        if (!isObject(statement)) return "a policy with a Statement";
        if (statement.Effect !== "Allow" && statement.Effect !== "Deny")
            return 'an Effect of "Allow" or "Deny"';
        if (!("Action" in statement) && !("NotAction" in statement))
            return "an Action or NotAction in each statement";
        if (!demanded.some((name) => name in statement)) return `${demanded.join(" or ")} in each statement`;
        const extra = refused.find((name) => name in statement);
        if (extra !== undefined) return `no ${extra} in a policy of this kind`;
    }
    return undefined;
}

function isNetwork(value: string): boolean {
    const [address = "", prefix = "", ...rest] = value.split("/");
    if (rest.length > 0 || !isIPv4(address) || !/^\d{1,2}$/.test(prefix) || Number(prefix) > 32) return false;
    const number = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
    return number % 2 ** (32 - Number(prefix)) === 0;
}

import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { AwsError } from "./service";

/** The parts of a request that AWS Signature Version 4 signs. */
export interface SignedRequest {
    readonly method: string;
    /** Path and query, exactly as received. */
    readonly url: string;
    readonly headers: IncomingHttpHeaders;
}

export interface Credentials {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
}

/** What a request says of itself, still to be verified. */
export interface Signature {
    readonly accessKeyId: string;
    readonly date: string;
    readonly region: string;
    readonly service: string;
    readonly signedHeaders: readonly string[];
    readonly signature: string;
    /** `yyyymmddThhmmssZ`. */
    readonly timestamp: string;
    /** Seconds for which a presigned URL is good; absent where the header carries the signature. */
    readonly expiresSeconds?: number;
}

const ALGORITHM = "AWS4-HMAC-SHA256";
const SKEW_MILLISECONDS = 15 * 60 * 1000;
const PRESIGNED_SECONDS_AT_MOST = 7 * 24 * 3600;

/** What the services call an access key that they do not know, where they do not call it InvalidClientTokenId. */
const UNKNOWN_KEY_CODES: Partial<Record<string, string>> = {
    s3: "InvalidAccessKeyId",
    secretsmanager: "UnrecognizedClientException",
};

/**
 * Reads a request's signature from its Authorization header or, for a presigned URL, from its query.
 * @throws AwsError where there is none
 */
export function readSignature({ url, headers }: SignedRequest): Signature {
    const query = new URLSearchParams(splitUrl(url).query);
    const presigned = query.get("X-Amz-Algorithm") === ALGORITHM;
    const fields = presigned ? undefined : headerFields(headers.authorization ?? "");
    const credential = presigned ? query.get("X-Amz-Credential") : fields?.get("Credential");
    const signedHeaders = presigned ? query.get("X-Amz-SignedHeaders") : fields?.get("SignedHeaders");
    const signature = presigned ? query.get("X-Amz-Signature") : fields?.get("Signature");
    const timestamp = presigned ? query.get("X-Amz-Date") : headers["x-amz-date"];
    const [accessKeyId, date, region, service] = credential?.split("/") ?? [];
    if (
        !accessKeyId ||
        !date ||
        !region ||
        !service ||
        !signedHeaders ||
        !signature ||
        typeof timestamp !== "string"
    ) {
        throw new AwsError(
            "MissingAuthenticationToken",
            "The request is not signed with AWS Signature Version 4.",
            403,
        );
    }
    return {
        ...{ accessKeyId, date, region, service, signature, timestamp },
        signedHeaders: signedHeaders.split(";"),
        ...(presigned ? { expiresSeconds: Number(query.get("X-Amz-Expires") ?? "0") } : {}),
    };
}

/**
 * Verifies a signature as AWS does.
 * @param payloadHash what the client signed as the body's hash: SHA-256 in hex, or one of S3's literal words
 * @throws AwsError where the key, the time or the signature is wrong
 */
export function verifySignature(
    request: SignedRequest,
    claim: Signature,
    payloadHash: string,
    credentials: Credentials,
    now: Date,
): void {
    if (claim.accessKeyId !== credentials.accessKeyId) {
        const code = UNKNOWN_KEY_CODES[claim.service] ?? "InvalidClientTokenId";
        throw new AwsError(code, "The access key is not one of this local stack.", 403);
    }
    verifyTime(claim, now);
    const expected = signatureOf(request, claim, payloadHash, credentials.secretAccessKey);
    const given = Buffer.from(claim.signature);
    if (given.length !== expected.length || !timingSafeEqual(given, Buffer.from(expected))) {
        throw new AwsError(
            "SignatureDoesNotMatch",
            "The signature does not match: check the secret access key.",
            403,
        );
    }
}

function verifyTime({ timestamp, date, expiresSeconds }: Signature, now: Date): void {
    const iso = timestamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z");
    const age = now.getTime() - Date.parse(iso);
    if (Number.isNaN(age) || !timestamp.startsWith(date)) {
        throw new AwsError(
            "IncompleteSignature",
            "The date of the signature is not of the form 20261122T130000Z.",
            400,
        );
    }
    if (expiresSeconds === undefined) {
        if (Math.abs(age) > SKEW_MILLISECONDS)
            throw new AwsError("RequestTimeTooSkewed", "The clocks differ by over 15 minutes.", 403);
        return;
    }
    const valid = expiresSeconds >= 1 && expiresSeconds <= PRESIGNED_SECONDS_AT_MOST;
    if (!valid || age > expiresSeconds * 1000 || age < -SKEW_MILLISECONDS) {
        throw new AwsError("AccessDenied", "Request has expired", 403);
    }
}

function signatureOf(request: SignedRequest, claim: Signature, payloadHash: string, secret: string): string {
    const scope = `${claim.date}/${claim.region}/${claim.service}/aws4_request`;
    const canonical = canonicalRequest(request, claim, payloadHash);
    const text = [
        ALGORITHM,
        claim.timestamp,
        scope,
        createHash("sha256").update(canonical).digest("hex"),
    ].join("\n");
    const hmac = (key: string | Buffer, data: string): Buffer =>
        createHmac("sha256", key).update(data).digest();
    const key = [claim.date, claim.region, claim.service, "aws4_request"].reduce<string | Buffer>(
        hmac,
        `AWS4${secret}`,
    );
    return hmac(key, text).toString("hex");
}

/**
 * The canonical request of AWS's signing process. S3 signs the path as sent; every other service normalises it and
 * encodes it again.
 */
function canonicalRequest(
    { method, url, headers }: SignedRequest,
    claim: Signature,
    payloadHash: string,
): string {
    const { path, query } = splitUrl(url);
    const parameters = query
        .split("&")
        .filter((part) => part !== "" && !part.startsWith("X-Amz-Signature="))
        .map((part) => (part.includes("=") ? part : `${part}=`))
        .sort(byNameThenValue);
    const lines = claim.signedHeaders.map((name) => {
        const value = headers[name];
        const text = Array.isArray(value) ? value.join(",") : (value ?? "");
        return `${name}:${text.trim().replaceAll(/\s+/g, " ")}\n`;
    });
    const canonicalPath = claim.service === "s3" ? path : normalisePath(path);
    return [
        method,
        canonicalPath,
        parameters.join("&"),
        lines.join(""),
        claim.signedHeaders.join(";"),
        payloadHash,
    ].join("\n");
}

/** At the first question mark: a later one belongs to the query. */
function splitUrl(url: string): { path: string; query: string } {
    const mark = url.indexOf("?");
    return mark < 0 ? { path: url, query: "" } : { path: url.slice(0, mark), query: url.slice(mark + 1) };
}

/** Orders `name=value` by the name first: `a=1` comes before `a-b=1`, though `-` is less than `=`. */
function byNameThenValue(left: string, right: string): number {
    const split = (part: string): string[] => [part.slice(0, part.indexOf("=")), part];
    const [a, b] = [split(left), split(right)];
    const i = a[0] === b[0] ? 1 : 0;
    return (a[i] ?? "") < (b[i] ?? "") ? -1 : 1;
}

/** A path without `.`, `..` and empty segments, encoded once more. */
function normalisePath(path: string): string {
    const segments: string[] = [];
    for (const segment of path.split("/")) {
        if (segment === "..") segments.pop();
        else if (segment !== "" && segment !== ".") segments.push(encodeStrictly(segment));
    }
    const end = segments.length > 0 && path.endsWith("/") ? "/" : "";
    return `/${segments.join("/")}${end}`;
}

function encodeStrictly(text: string): string {
    return encodeURIComponent(text).replaceAll(
        /[!'()*]/g,
        (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
    );
}

function headerFields(authorization: string): Map<string, string> {
    if (!authorization.startsWith(`${ALGORITHM} `)) return new Map();
    const fields = authorization.slice(ALGORITHM.length + 1).split(/,\s*/);
    return new Map(
        fields.map((field) => [field.slice(0, field.indexOf("=")), field.slice(field.indexOf("=") + 1)]),
    );
}

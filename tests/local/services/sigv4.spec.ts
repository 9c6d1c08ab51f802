import { expect } from "chai";
import fc from "fast-check";
import { readSignature, verifySignature } from "../../../local/services/sigv4";
import { CREDENTIALS } from "./awsHost";
import { requestTo, sign, urlOf, type Signable, type SigningOptions } from "./signing";

const NOW = new Date("2026-11-22T13:00:00Z");
const MINUTE = 60_000;

/** What the gateway does with a request: `accepted`, or the code of the refusal. */
function verdict(signed: Signable, url = urlOf(signed), now = NOW): string {
    const headers = Object.fromEntries(
        // Node's parser trims values, and gives names in lower case.
        Object.entries(signed.headers).map(([name, value]) => [name.toLowerCase(), value.trim()]),
    );
    const request = { method: signed.method, url, headers };
    try {
        const claim = readSignature(request);
        const payload = headers["x-amz-content-sha256"] ?? "UNSIGNED-PAYLOAD";
        verifySignature(request, claim, payload, CREDENTIALS, now);
        return "accepted";
    } catch (error) {
        return error instanceof Error ? error.name : "no error";
    }
}

const signAt = (parts: Partial<Signable> = {}, options: SigningOptions = {}): Promise<Signable> =>
    sign(requestTo(4281, parts), { at: NOW, ...options });

const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 });
/** Names that are each other's beginnings, and differ in characters around `=`. */
const near = fc.stringMatching(/^a[-.0-9=A_~a%+ &?]{0,3}$/);
const parts = fc.record({
    method: fc.constantFrom("GET", "PUT", "POST", "DELETE", "HEAD"),
    segments: fc.array(fc.oneof(text, fc.constantFrom(".", "..", "", "a b", "a+b", "%41", "å")), {
        maxLength: 5,
    }),
    // The SDK keeps a query in an object, which cannot have this name.
    query: fc.dictionary(
        fc.oneof(text, near).filter((name) => name !== "__proto__"),
        fc.oneof(text, fc.constant(""), fc.array(text, { minLength: 1 })),
    ),
    value: fc.stringMatching(/^[ -~\t]{0,20}$/),
    service: fc.constantFrom("s3", "sns"),
    expiresSeconds: fc.option(fc.integer({ min: 1, max: 604_800 }), { nil: undefined }),
});

describe("AWS Signature Version 4", () => {
    it("accepts whatever the SDK signs", async () => {
        await fc.assert(
            fc.asyncProperty(parts, async ({ segments, value, method, query, ...options }) => {
                const path = `/${segments.map(encodeURIComponent).join("/")}`;
                const signed = await signAt(
                    { method, path, query, headers: { "x-amz-meta-a": value } },
                    options,
                );
                expect(verdict(signed)).to.equal("accepted");
            }),
            { numRuns: 150 },
        );
    });

    it("refuses what was changed anywhere in path or query", async () => {
        const character = fc.constantFrom("a", "b", "0", "-", "/", "?", "&", "=", "+", ".", "%", "~");
        await fc.assert(
            fc.asyncProperty(fc.nat(), character, fc.boolean(), async (position, other, isPresigned) => {
                const query = { "list-type": "2", prefix: "a b" };
                const options = isPresigned ? { expiresSeconds: 60 } : {};
                const signed = await signAt({ path: "/bucket/key/a", query }, options);
                const url = urlOf(signed);
                const at = 1 + (position % url.length);
                const tampered = url.slice(0, at) + other + url.slice(at + 1);
                // An empty parameter is none.
                fc.pre(tampered.replace(/&$/, "") !== url);
                expect(verdict(signed, tampered)).not.to.equal("accepted");
            }),
            { numRuns: 150 },
        );
    });

    it("refuses what was added after a second question mark", async () => {
        const signed = await signAt({ path: "/b", query: { prefix: "a" } });
        expect(verdict(signed, "/b?prefix=a")).to.equal("accepted");
        expect(verdict(signed, "/b?prefix=a?x=1")).to.equal("SignatureDoesNotMatch");
    });

    it("refuses another method and a changed or missing signed header", async () => {
        const signed = await signAt({ headers: { "x-amz-meta-owner": "me" } });
        const { "x-amz-meta-owner": owner, ...headers } = signed.headers;
        expect(owner).to.equal("me");
        expect(verdict(signed)).to.equal("accepted");
        expect(verdict({ ...signed, method: "DELETE" })).to.equal("SignatureDoesNotMatch");
        expect(verdict({ ...signed, headers })).to.equal("SignatureDoesNotMatch");
        const another = { ...headers, "x-amz-meta-owner": "you" };
        expect(verdict({ ...signed, headers: another })).to.equal("SignatureDoesNotMatch");
    });

    for (const { title, service, code } of [
        { title: "S3", service: "s3", code: "InvalidAccessKeyId" },
        { title: "Secrets Manager", service: "secretsmanager", code: "UnrecognizedClientException" },
        { title: "SNS", service: "sns", code: "InvalidClientTokenId" },
    ]) {
        it(`refuses an unknown access key as ${title} does, and a wrong secret`, async () => {
            const accessKeyId = "AKIAOTHER";
            const unknown = await signAt({}, { service, credentials: { ...CREDENTIALS, accessKeyId } });
            expect(verdict(unknown)).to.equal(code);
            const secretAccessKey = "other";
            const wrong = await signAt({}, { service, credentials: { ...CREDENTIALS, secretAccessKey } });
            expect(verdict(wrong)).to.equal("SignatureDoesNotMatch");
        });
    }

    for (const [minutes, expected] of [
        [-16, "RequestTimeTooSkewed"],
        [-14, "accepted"],
        [14, "accepted"],
        [16, "RequestTimeTooSkewed"],
    ] as const) {
        it(`answers "${expected}" where the client's clock is off by ${minutes} minutes`, async () => {
            const signed = await signAt({}, { at: new Date(NOW.getTime() + minutes * MINUTE) });
            expect(verdict(signed)).to.equal(expected);
        });
    }

    for (const [seconds, expected] of [
        [-16 * 60, "AccessDenied"],
        [0, "accepted"],
        [60, "accepted"],
        [61, "AccessDenied"],
    ] as const) {
        it(`answers "${expected}" to a URL good for 60 s, ${seconds} s after it was signed`, async () => {
            const signed = await signAt({}, { expiresSeconds: 60 });
            expect(verdict(signed, urlOf(signed), new Date(NOW.getTime() + seconds * 1000))).to.equal(
                expected,
            );
        });
    }

    it("refuses a presigned URL whose end was put off", async () => {
        const signed = await signAt({}, { expiresSeconds: 60 });
        const later = urlOf(signed).replace("X-Amz-Expires=60", "X-Amz-Expires=600");
        expect(verdict(signed, later)).to.equal("SignatureDoesNotMatch");
    });

    for (const seconds of ["0", "604801", "soon", ""]) {
        it(`refuses a presigned URL with X-Amz-Expires=${seconds}`, async () => {
            const signed = await signAt({}, { expiresSeconds: 60 });
            const url = urlOf(signed).replace("X-Amz-Expires=60", `X-Amz-Expires=${seconds}`);
            expect(verdict(signed, url)).to.equal("AccessDenied");
        });
    }

    it("refuses a date that is not of the form", async () => {
        const signed = await signAt();
        for (const date of ["2026-11-22T13:00:00Z", "20261122", "20261123T130000Z", "now"])
            expect(verdict({ ...signed, headers: { ...signed.headers, "x-amz-date": date } })).to.equal(
                "IncompleteSignature",
            );
    });

    for (const [title, authorization] of [
        ["no signature", ""],
        ["another scheme", "Basic dXNlcjpwYXNz"],
        ["no credential", "AWS4-HMAC-SHA256 SignedHeaders=host, Signature=ab"],
        [
            "half a credential",
            "AWS4-HMAC-SHA256 Credential=AKIATEST/20261122, SignedHeaders=host, Signature=ab",
        ],
        ["no signed headers", "AWS4-HMAC-SHA256 Credential=A/20261122/r/s3/aws4_request, Signature=ab"],
    ] as const) {
        it(`refuses a request with ${title}`, () => {
            const headers = { authorization, "x-amz-date": "20261122T130000Z" };
            expect(verdict(requestTo(4281, { headers }))).to.equal("MissingAuthenticationToken");
        });
    }
});

import type { EngineEvent } from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { describeUrn, EventDigest } from "../../../local/engine/digest";

const STACK = "urn:pulumi:dev::bqx-ml::pulumi:pulumi:Stack::bqx-ml-dev";
const BUCKET = "urn:pulumi:dev::bqx-ml::bqx:storage:Storage$aws:s3/bucket:Bucket::data";

/** What a digest makes of literal events. */
function digestOf(...events: object[]) {
    const progress: string[] = [];
    const digest = new EventDigest((text) => progress.push(text));
    for (const event of events) digest.take(event as EngineEvent);
    const { changes, policyViolations, errors } = digest.result;
    return { progress, changes, policyViolations, errors };
}

const diagnostic = (message: string, urn: string | undefined = STACK, severity = "error") => ({
    diagnosticEvent: { severity, message, color: "raw", urn },
});

const policy = (message: string, changes: object = {}) => ({
    policyEvent: {
        ...{
            resourceUrn: BUCKET,
            message,
            color: "raw",
            policyName: "s3-no-public",
            enforcementLevel: "mandatory",
        },
        ...{ policyPackName: "bqx", policyPackVersion: "1", policyPackVersionTag: "1", ...changes },
    },
});

const pre = (op: string, urn = BUCKET) => ({ resourcePreEvent: { metadata: { op, urn, type: "" } } });

describe("the digest of the engine's events", () => {
    it("is empty where nothing happened", () => {
        expect(digestOf()).to.deep.equal({
            progress: [],
            changes: { create: 0, update: 0, replace: 0, delete: 0, same: 0 },
            policyViolations: [],
            errors: [],
        });
    });

    it("counts what the engine sums up", () => {
        const resourceChanges = { create: 3, update: 2, replace: 1, same: 40, read: 2 };
        expect(digestOf({ summaryEvent: { resourceChanges } }).changes).to.deep.equal({
            ...{ create: 3, update: 2, replace: 1, delete: 0, same: 40 },
        });
    });

    it("tells a broken policy with its resource and level, without colours or its own name", () => {
        const message = "<{%fg 1%}>[s3-no-public]: The bucket is public.\u001b[0m\nClose it.<{%reset%}>\n";
        expect(digestOf(policy(message)).policyViolations).to.deep.equal([
            {
                policy: "s3-no-public",
                resource: "data (aws:s3/bucket:Bucket)",
                message: "The bucket is public.\nClose it.",
                level: "mandatory",
            },
        ]);
    });

    it("tells a broken rule about the whole stack, and advice", () => {
        const event = policy("Add a budget.", { resourceUrn: undefined, enforcementLevel: "advisory" });
        expect(digestOf(event).policyViolations).to.deep.equal([
            { policy: "s3-no-public", resource: "", message: "Add a budget.", level: "advisory" },
        ]);
    });

    it("tells each error once, with the resource it is about", () => {
        const events = [
            diagnostic("<{%reset%}>error: creating: BucketAlreadyExists<{%reset%}>\n", BUCKET),
            diagnostic("error: creating: BucketAlreadyExists", BUCKET),
            diagnostic("TypeError: x is not a function\n    at index.ts:3"),
            diagnostic("an error without a resource", ""),
        ];
        expect(digestOf(...events).errors).to.deep.equal([
            "data (aws:s3/bucket:Bucket): creating: BucketAlreadyExists",
            "TypeError: x is not a function\n    at index.ts:3",
            "an error without a resource",
        ]);
    });

    it("leaves out what says nothing, and what is no error", () => {
        const events = [
            diagnostic("update failed"),
            diagnostic("error: preview failed\n"),
            diagnostic("Resource registration failed"),
            diagnostic("error: preview failed: one or more mandatory policy violations"),
            diagnostic("<{%reset%}>"),
            diagnostic("deprecated", BUCKET, "warning"),
            diagnostic("a line of the program", STACK, "info"),
        ];
        expect(digestOf(...events).errors).to.deep.equal([]);
    });

    it("keeps an error that only mentions such words", () => {
        expect(digestOf(diagnostic("update failed: disk full")).errors).to.deep.equal([
            "update failed: disk full",
        ]);
    });

    it("tells what is being done, not what stays", () => {
        const events = [pre("create"), pre("same"), pre("create-replacement"), pre("delete"), pre("read")];
        expect(digestOf(...events).progress).to.deep.equal([
            "creating data (aws:s3/bucket:Bucket)",
            "replacing data (aws:s3/bucket:Bucket)",
            "deleting data (aws:s3/bucket:Bucket)",
        ]);
    });

    for (const [urn, text] of [
        ["", ""],
        ["no urn", ""],
        [BUCKET, "data (aws:s3/bucket:Bucket)"],
        ["urn:pulumi:dev::bqx-ml::aws:s3/bucket:Bucket::a::b", "a::b (aws:s3/bucket:Bucket)"],
    ] as const) {
        it(`describes the URN "${urn}" as "${text}"`, () => expect(describeUrn(urn)).to.equal(text));
    }
});

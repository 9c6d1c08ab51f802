import { expect } from "chai";
import { bucketPolicy, encryptionRule, lifecycleRules } from "../../components/storage/plan";
import { scopeOf } from "../support/scope";

const KEY = "arn:aws:kms:us-east-1:111122223333:key/0f1e2d3c";
const ARN = "arn:aws:s3:::bucket";

const storage = (settings: Record<string, unknown> = {}) => scopeOf({ storage: settings }).settings.storage;

const COMMON = [
    {
        id: "noncurrent-versions",
        status: "Enabled",
        filter: { prefix: "" },
        noncurrentVersionExpiration: { noncurrentDays: 90 },
        expiration: { expiredObjectDeleteMarker: true },
    },
    {
        id: "incomplete-uploads",
        status: "Enabled",
        filter: { prefix: "" },
        abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
    },
];

const DENY = {
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: [ARN, `${ARN}/*`],
};

const DENIALS = [
    { Sid: "DenyPlainText", ...DENY, Condition: { Bool: { "aws:SecureTransport": "false" } } },
    { Sid: "DenyOldTls", ...DENY, Condition: { NumericLessThan: { "s3:TlsVersion": "1.2" } } },
];

describe("lifecycleRules", () => {
    it("keeps models for good", () => expect(lifecycleRules("models", storage())).to.deep.equal(COMMON));

    it("moves datasets to Standard-IA", () =>
        expect(lifecycleRules("datasets", storage())).to.deep.equal([
            ...COMMON,
            {
                id: "infrequent-access",
                status: "Enabled",
                filter: { prefix: "" },
                transitions: [{ days: 30, storageClass: "STANDARD_IA" }],
            },
        ]));

    it("lets predictions expire", () =>
        expect(lifecycleRules("predictions", storage())).to.deep.equal([
            ...COMMON,
            { id: "expiry", status: "Enabled", filter: { prefix: "" }, expiration: { days: 400 } },
        ]));

    it("follows the settings", () => {
        const given = storage({ noncurrentDays: 11, infrequentAccessDays: 31, predictionsDays: 13 });
        const days = (bucket: "datasets" | "predictions") => JSON.stringify(lifecycleRules(bucket, given));
        expect(days("datasets")).to.contain('"noncurrentDays":11').and.to.contain('"days":31');
        expect(days("predictions")).to.contain('"expiration":{"days":13}');
    });
});

describe("encryptionRule", () => {
    it("uses S3's own keys", () =>
        expect(encryptionRule(storage())).to.deep.equal({
            applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" },
        }));

    it("uses the given key, with a bucket key", () =>
        expect(encryptionRule(storage({ kmsKeyArn: KEY }))).to.deep.equal({
            applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: KEY },
            bucketKeyEnabled: true,
        }));
});

describe("bucketPolicy", () => {
    it("denies plain text and old TLS, and allows nobody", () =>
        expect(bucketPolicy(ARN, [])).to.deep.equal({ Version: "2012-10-17", Statement: DENIALS }));

    it("lets the readers list and read, never write", () => {
        const Principal = { AWS: ["444455556666", "777788889999"] };
        expect(bucketPolicy(ARN, Principal.AWS)).to.deep.equal({
            Version: "2012-10-17",
            Statement: [
                ...DENIALS,
                {
                    Sid: "ReadersList",
                    Effect: "Allow",
                    Principal,
                    Action: "s3:ListBucket",
                    Resource: ARN,
                },
                {
                    Sid: "ReadersGet",
                    Effect: "Allow",
                    Principal,
                    Action: "s3:GetObject",
                    Resource: `${ARN}/*`,
                },
            ],
        });
    });
});

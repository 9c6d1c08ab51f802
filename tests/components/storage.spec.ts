import { expect } from "chai";
import { Storage } from "../../components/storage";
import { bucketPolicy, encryptionRule, lifecycleRules } from "../../components/storage/plan";
import { ACCOUNT, arnOf, deploy } from "../support/mocks";
import { scopeOf, tagsOf } from "../support/scope";

const BUCKET = "aws:s3/bucket:Bucket";
const KEYS = ["models", "datasets", "predictions"] as const;
const PARTS = [
    "Versioning",
    "LifecycleConfiguration",
    "ServerSideEncryptionConfiguration",
    "OwnershipControls",
    "PublicAccessBlock",
    "Policy",
];

const bucketName = (key: string, stack = "dev") => `bqx-ml-${key}-${ACCOUNT}-${stack}`;

const storage = (settings: Record<string, unknown> = {}, stack = "dev") =>
    deploy(() => new Storage("storage", { scope: scopeOf(settings, stack) }).buckets, stack);

describe("Storage", () => {
    it("makes three buckets, each with all its parts, and no more", async () => {
        const { resources, only } = await storage();
        expect(only(BUCKET).map(({ name }) => name)).to.deep.equal(KEYS.map((key) => `storage-${key}`));
        for (const part of PARTS) {
            expect(only(`aws:s3/bucket${part}:Bucket${part}`), part).to.have.length(3);
        }
        expect(resources).to.have.length(1 + 3 + 3 * PARTS.length);
        const children = resources.slice(1);
        expect(new Set(children.map(({ parent }) => parent))).to.deep.equal(new Set(["storage"]));
    });

    for (const key of KEYS) {
        it(`makes the bucket of ${key} private, encrypted and versioned`, async () => {
            const { named } = await storage();
            const bucket = bucketName(key);
            const settings = scopeOf().settings.storage;
            expect(named(`storage-${key}`)).to.deep.include({
                inputs: { bucket, forceDestroy: false, tags: tagsOf("storage") },
                protect: false,
            });
            const inputsOf = (part: string) => named(`storage-${key}-${part}`).inputs;
            expect(inputsOf("versioning")).to.deep.equal({
                bucket,
                versioningConfiguration: { status: "Enabled" },
            });
            expect(inputsOf("encryption")).to.deep.equal({ bucket, rules: [encryptionRule(settings)] });
            expect(inputsOf("lifecycle")).to.deep.equal({ bucket, rules: lifecycleRules(key, settings) });
            expect(inputsOf("ownership")).to.deep.equal({
                bucket,
                rule: { objectOwnership: "BucketOwnerEnforced" },
            });
            expect(inputsOf("public-access")).to.deep.equal({
                bucket,
                blockPublicAcls: true,
                blockPublicPolicy: true,
                ignorePublicAcls: true,
                restrictPublicBuckets: true,
            });
            const { policy, ...others } = inputsOf("policy");
            expect(others).to.deep.equal({ bucket });
            expect(JSON.parse(String(policy))).to.deep.equal(
                bucketPolicy(`arn:aws:s3:::${bucketName(key)}`, []),
            );
        });
    }

    it("changes access in one order, and sets expiry after versioning", async () => {
        const { named } = await storage();
        const before = (part: string) => named(`storage-models-${part}`).dependsOn;
        expect(before("public-access")).to.deep.equal(["storage-models", "storage-models-ownership"]);
        expect(before("policy")).to.deep.equal(["storage-models", "storage-models-public-access"]);
        expect(before("lifecycle")).to.deep.equal(["storage-models", "storage-models-versioning"]);
    });

    it("protects the buckets of prod, and nothing but them", async () => {
        const { resources } = await storage({}, "prod");
        const kept = resources.filter(({ protect }) => protect);
        expect(kept.map(({ inputs }) => inputs.bucket)).to.deep.equal(
            KEYS.map((key) => bucketName(key, "prod")),
        );
    });

    it("deletes objects with their bucket where the settings say so", async () => {
        for (const { inputs } of (await storage({ storage: { forceDestroy: true } })).only(BUCKET)) {
            expect(inputs).to.include({ forceDestroy: true });
        }
    });

    it("encrypts by the given key", async () => {
        const kmsKeyArn = "arn:aws:kms:us-east-1:111122223333:key/0f1e2d3c";
        const { named } = await storage({ storage: { kmsKeyArn } });
        for (const key of KEYS) {
            expect(named(`storage-${key}-encryption`).inputs.rules).to.deep.equal([
                {
                    applyServerSideEncryptionByDefault: {
                        sseAlgorithm: "aws:kms",
                        kmsMasterKeyId: kmsKeyArn,
                    },
                    bucketKeyEnabled: true,
                },
            ]);
        }
    });

    it("opens the models alone to the accounts that read the registry", async () => {
        const { named } = await storage({ registry: { readerAccounts: ["444455556666"] } });
        const policyOf = (key: string) => String(named(`storage-${key}-policy`).inputs.policy);
        expect(JSON.parse(policyOf("models"))).to.deep.equal(
            bucketPolicy(`arn:aws:s3:::${bucketName("models")}`, ["444455556666"]),
        );
        expect(policyOf("datasets")).not.to.contain("Allow");
        expect(policyOf("predictions")).not.to.contain("Allow");
    });

    it("tells the others names and ARNs", async () => {
        const { outputs } = await storage();
        expect(outputs).to.deep.equal({
            models: { name: bucketName("models"), arn: arnOf("storage-models") },
            datasets: { name: bucketName("datasets"), arn: arnOf("storage-datasets") },
            predictions: { name: bucketName("predictions"), arn: arnOf("storage-predictions") },
        });
    });
});

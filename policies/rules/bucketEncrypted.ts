import { configurationsOf, isBucket } from "../buckets";
import { isRecord } from "../documents";
import { stackRule } from "../rule";
import { shown } from "../sizes";

const ALGORITHMS = ["AES256", "aws:kms", "aws:kms:dsse"];

/** S3 encrypts by itself today; saying so keeps the key a decision that is reviewed. */
export const bucketEncrypted = stackRule({
    name: "bucket-encrypted",
    description: "Each bucket says how its objects are encrypted.",
    applies: isBucket,
    checks: [
        (bucket, stack) => {
            const configurations = configurationsOf(
                bucket,
                "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
                stack,
            );
            if (configurations.length === 0) {
                return {
                    found: "no encryption configuration",
                    allowed: `one with ${ALGORITHMS.join(", ")}`,
                    fix: "Add an aws.s3.BucketServerSideEncryptionConfiguration for this bucket",
                };
            }
            return configurations.map(({ name, props }) => () => {
                const rules: unknown = props["rules"];
                const algorithms = Array.isArray(rules) ? rules.map(algorithmOf) : [];
                if (algorithms.some((text) => ALGORITHMS.some((allowed) => allowed === text)))
                    return undefined;
                return {
                    found: `encryption configuration "${name}" has sseAlgorithm ${shown(algorithms[0])}`,
                    allowed: ALGORITHMS.join(", "),
                    fix: "Set rules[0].applyServerSideEncryptionByDefault.sseAlgorithm",
                };
            });
        },
    ],
});

function algorithmOf(rule: unknown): unknown {
    const byDefault = isRecord(rule) ? rule["applyServerSideEncryptionByDefault"] : undefined;
    return isRecord(byDefault) ? byDefault["sseAlgorithm"] : undefined;
}

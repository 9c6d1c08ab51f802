import { configurationsOf, isBucket } from "../buckets";
import { statementsOf, type Statement } from "../documents";
import { stackRule } from "../rule";

/** Only a policy of the bucket can refuse plain HTTP: S3 itself accepts it. */
export const bucketTlsOnly = stackRule({
    name: "bucket-tls-only",
    description: "Each bucket has a policy that denies every request without TLS.",
    applies: isBucket,
    checks: [
        (bucket, stack) => {
            const policies = configurationsOf(bucket, "aws:s3/bucketPolicy:BucketPolicy", stack);
            const statements = policies.flatMap(({ props }) => statementsOf("policy", props["policy"]));
            if (statements.some(deniesPlainHttp)) return undefined;
            return {
                found: policies.length === 0 ? "no bucket policy" : "its policy accepts requests without TLS",
                allowed:
                    'a statement that denies s3:* to everyone on the bucket and its objects if aws:SecureTransport is "false"',
                fix: "Add that statement to the bucket's aws.s3.BucketPolicy",
            };
        },
    ],
});

/** Everyone, every action, the bucket and its objects, under no further condition. */
function deniesPlainHttp({ denies, actions, resources, principals, conditions }: Statement): boolean {
    const [operator, ...otherOperators] = Object.keys(conditions);
    const keys = conditions["Bool"] ?? {};
    return (
        denies &&
        principals.includes("*") &&
        actions.some((action) => action === "s3:*" || action === "*") &&
        (resources.includes("*") ||
            (resources.some((arn) => arn.endsWith("/*")) && resources.some((arn) => !arn.includes("/")))) &&
        operator === "Bool" &&
        otherOperators.length === 0 &&
        Object.keys(keys).join() === "aws:SecureTransport" &&
        keys["aws:SecureTransport"]?.join() === "false"
    );
}

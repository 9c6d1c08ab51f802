import { configurationsOf, isBucket } from "../buckets";
import { stackRule } from "../rule";

const SWITCHES = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];

/** With all four switches on, no ACL and no policy can open the bucket, whoever writes it later. */
export const bucketPrivate = stackRule({
    name: "bucket-private",
    description: "Each bucket has a public access block with all four switches on.",
    applies: isBucket,
    checks: [
        (bucket, stack) => {
            const blocks = configurationsOf(
                bucket,
                "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
                stack,
            );
            if (blocks.length === 0) {
                return {
                    found: "no public access block",
                    allowed: "one with all four switches on",
                    fix: "Add an aws.s3.BucketPublicAccessBlock for this bucket",
                };
            }
            return blocks.map(({ name, props }) => () => {
                const off = SWITCHES.filter((key) => props[key] !== true);
                if (off.length === 0) return undefined;
                return {
                    found: `public access block "${name}" leaves ${off.join(", ")} off`,
                    allowed: "all four switches on",
                    fix: "Set them to true",
                };
            });
        },
    ],
});

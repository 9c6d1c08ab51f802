import { configurationsOf, isBucket } from "../buckets";
import { isRecord } from "../documents";
import { stackRule } from "../rule";
import { shown } from "../sizes";

/** A release is an immutable prefix: an overwritten artefact must be recoverable. */
export const bucketVersioned = stackRule({
    name: "bucket-versioned",
    description: "Each bucket keeps the versions of its objects.",
    applies: isBucket,
    checks: [
        (bucket, stack) => {
            const configurations = configurationsOf(
                bucket,
                "aws:s3/bucketVersioning:BucketVersioning",
                stack,
            );
            if (configurations.length === 0) {
                return {
                    found: "no versioning",
                    allowed: "Enabled",
                    fix: "Add an aws.s3.BucketVersioning for this bucket",
                };
            }
            return configurations.map(({ name, props }) => () => {
                const versioning: unknown = props["versioningConfiguration"];
                const status = isRecord(versioning) ? versioning["status"] : undefined;
                if (status === "Enabled") return undefined;
                return {
                    found: `versioning "${name}" has status ${shown(status)}`,
                    allowed: "Enabled",
                    fix: "Set versioningConfiguration.status",
                };
            });
        },
    ],
});

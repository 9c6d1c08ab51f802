import { z } from "zod";
import { PAIRS } from "../../config/pairs";

/** What AWS takes for a value. */
const label = z
    .string()
    .regex(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,256}$/u, "1 to 256 letters, digits and _.:/=+-@");
const digest = z.string().regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits");

/** AWS keeps nothing but text. */
const figure = z.codec(z.string().min(1), z.number(), {
    decode: Number,
    encode: String,
});
const flag = z.codec(z.enum(["true", "false"]), z.boolean(), {
    decode: (text) => text === "true",
    encode: (value) => (value ? "true" : "false"),
});

/** What a model package tells of its model: the keys of its CustomerMetadataProperties, of which AWS takes 50. */
export const metadataSchema = z.object({
    pair: z.enum(PAIRS),
    /** Column of the dataset that is forecast: `target_60_60`. */
    target: label,
    /** Kind of the model: `random_forest`. */
    model: label,
    /** Of the test split, as are the other measures. */
    r2: figure,
    /** The most that R2 can be where no increment can be predicted. */
    ceiling: figure,
    /** In bqx. */
    mae: figure,
    /** Share of the returns whose sign was right; left out where no row implies a return. */
    directionalAccuracy: figure.optional(),
    /** Annualised, net of spread; left out where results do not vary. */
    sharpe: figure.optional(),
    /** The moment at which training ended, ISO 8601. */
    trainedAt: label,
    /** The dataset's first and last minute, ISO 8601. */
    dataFrom: label,
    dataTo: label,
    features: figure,
    /** Whether the model was fitted in fast mode, which no stack but a local one serves. */
    isFast: flag,
    catalogueHash: digest,
    gitCommit: label,
    /** S3 URI of the dataset's manifest. */
    datasetManifest: label,
    /** SHA-256 of model.tar.gz. */
    artefactSha256: digest,
    /** What the model calls itself in predictions. */
    modelVersion: label,
    /** Whether a leak was suspected and a person has written, into the artefact's manifest, why it is none. */
    isLeakOverridden: flag,
});

export type PackageMetadata = z.output<typeof metadataSchema>;

/**
 * A package's metadata as AWS keeps it.
 * @throws ZodError naming every key that does not fit
 */
export function encodeMetadata(metadata: PackageMetadata): Record<string, string> {
    return withoutAbsent(metadataSchema.encode(metadata));
}

/**
 * What AWS has kept.
 * @throws ZodError naming every key that is absent or does not fit
 */
export function decodeMetadata(properties: Readonly<Record<string, string>>): PackageMetadata {
    return metadataSchema.decode(properties as z.input<typeof metadataSchema>);
}

function withoutAbsent(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
    return Object.fromEntries(
        Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
    );
}

import { z } from "zod";
import { CHECKSUM_ALGORITHMS, type ChecksumAlgorithm, checksumElement } from "./checksums";
import { S3Error } from "./errors";
import type { UploadPart } from "./uploadStore";

/** S3's least size of all parts but the last. */
const PART_BYTES_MIN = 5 * 1024 ** 2;

/** A part as CompleteMultipartUpload names it. */
export interface ListedPart {
    readonly number: number;
    /** Without quotes. */
    readonly etag: string;
    /** Base64, for the algorithms that the client names. */
    readonly checksums: ReadonlyMap<ChecksumAlgorithm, string>;
}

const partSchema = z.object({
    PartNumber: z.coerce.number().int(),
    ETag: z.string(),
    ChecksumCRC32: z.string().optional(),
    ChecksumCRC32C: z.string().optional(),
    ChecksumCRC64NVME: z.string().optional(),
    ChecksumSHA1: z.string().optional(),
    ChecksumSHA256: z.string().optional(),
});
const completeSchema = z.object({
    CompleteMultipartUpload: z.object({
        Part: z.union([partSchema.transform((part) => [part]), z.array(partSchema).min(1)]),
    }),
});

/** Reads the body of CompleteMultipartUpload. Throws MalformedXML. */
export function parsePartList(document: unknown): ListedPart[] {
    const parsed = completeSchema.safeParse(document);
    if (!parsed.success) throw new S3Error("MalformedXML");
    return parsed.data.CompleteMultipartUpload.Part.map((part) => ({
        number: part.PartNumber,
        etag: part.ETag.replaceAll('"', ""),
        checksums: new Map(
            CHECKSUM_ALGORITHMS.flatMap((algorithm) => {
                const value = part[checksumElement(algorithm)];
                return value === undefined ? [] : [[algorithm, value] as const];
            }),
        ),
    }));
}

/**
 * The uploaded parts that the list names, in its order. Throws InvalidPartOrder, InvalidPart or
 * EntityTooSmall.
 */
export function matchParts(listed: readonly ListedPart[], uploaded: readonly UploadPart[]): UploadPart[] {
    if (listed.some(({ number }, i) => number <= (listed[i - 1]?.number ?? 0))) {
        throw new S3Error("InvalidPartOrder");
    }
    const byNumber = new Map(uploaded.map((part) => [part.number, part]));
    const matched = listed.map(({ number, etag, checksums }) => {
        const part = byNumber.get(number);
        const claimed = part?.checksum && checksums.get(part.checksum.algorithm);
        if (part?.etag !== etag || (claimed !== undefined && claimed !== part.checksum?.value)) {
            throw new S3Error("InvalidPart", { details: { PartNumber: String(number), ETag: etag } });
        }
        return part;
    });
    const small = matched.slice(0, -1).find(({ sizeBytes }) => sizeBytes < PART_BYTES_MIN);
    if (small !== undefined) {
        throw new S3Error("EntityTooSmall", {
            details: {
                PartNumber: String(small.number),
                ProposedSize: String(small.sizeBytes),
                MinSizeAllowed: String(PART_BYTES_MIN),
            },
        });
    }
    return matched;
}

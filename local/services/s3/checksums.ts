import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";

/** The algorithms a client may protect an upload with, by S3's names. */
export const CHECKSUM_ALGORITHMS = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const;
export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number];

/** FULL_OBJECT covers the bytes; COMPOSITE covers the checksums of the parts. */
export type ChecksumType = "FULL_OBJECT" | "COMPOSITE";

/** A checksum as S3 stores it: base64, with `-N` after it where it was composed of N parts. */
export interface Checksum {
    readonly algorithm: ChecksumAlgorithm;
    readonly type: ChecksumType;
    readonly value: string;
}

/** The request and response header of an algorithm: `x-amz-checksum-crc32`. */
export function checksumHeader(algorithm: ChecksumAlgorithm): string {
    return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

/** The XML element of an algorithm: `ChecksumCRC32`. */
export function checksumElement(algorithm: ChecksumAlgorithm): `Checksum${ChecksumAlgorithm}` {
    return `Checksum${algorithm}`;
}

interface Digest {
    update(chunk: Buffer): unknown;
    digest(): Buffer;
}

class Crc32 implements Digest {
    private value = 0;

    update(chunk: Buffer): void {
        this.value = crc32(chunk, this.value);
    }

    digest(): Buffer {
        const bytes = Buffer.alloc(4);
        bytes.writeUInt32BE(this.value);
        return bytes;
    }
}

/**
 * The 256 steps of one byte through a reflected CRC, each split in two 32-bit halves: numbers outrun bigints.
 */
interface CrcTable {
    readonly high: Int32Array;
    readonly low: Int32Array;
}

function crcTable(reflectedPolynomial: bigint): CrcTable {
    const table = { high: new Int32Array(256), low: new Int32Array(256) };
    for (let byte = 0; byte < 256; byte++) {
        let remainder = BigInt(byte);
        for (let bit = 0; bit < 8; bit++) {
            remainder = (remainder >> 1n) ^ ((remainder & 1n) === 1n ? reflectedPolynomial : 0n);
        }
        table.high[byte] = Number(BigInt.asIntN(32, remainder >> 32n));
        table.low[byte] = Number(BigInt.asIntN(32, remainder));
    }
    return table;
}

const CRC32C_TABLE = crcTable(0x82f63b78n);
const CRC64NVME_TABLE = crcTable(0x9a6c9329ac4bc9b5n);

/** Any reflected CRC of 4 or 8 bytes that starts from, and is inverted by, all ones. */
class TableCrc implements Digest {
    private high: number;
    private low = -1;

    constructor(
        private readonly table: CrcTable,
        private readonly bytes: 4 | 8,
    ) {
        this.high = bytes === 8 ? -1 : 0;
    }

    update(chunk: Buffer): void {
        let { high, low } = this;
        for (const byte of chunk) {
            const step = (low ^ byte) & 0xff;
            low = ((low >>> 8) | (high << 24)) ^ (this.table.low[step] ?? 0);
            high = (high >>> 8) ^ (this.table.high[step] ?? 0);
        }
        this.high = high;
        this.low = low;
    }

    digest(): Buffer {
        const result = Buffer.alloc(8);
        result.writeInt32BE(~this.high);
        result.writeInt32BE(~this.low, 4);
        return result.subarray(8 - this.bytes);
    }
}

const DIGESTS: Readonly<Record<ChecksumAlgorithm, () => Digest>> = {
    CRC32: () => new Crc32(),
    CRC32C: () => new TableCrc(CRC32C_TABLE, 4),
    CRC64NVME: () => new TableCrc(CRC64NVME_TABLE, 8),
    SHA1: () => createHash("sha1"),
    SHA256: () => createHash("sha256"),
};

/** Length of an algorithm's digest, to tell a malformed value from a wrong one. */
export function digestBytes(algorithm: ChecksumAlgorithm): number {
    return DIGESTS[algorithm]().digest().length;
}

/** Size, MD5 and any number of checksums of a stream, computed as it passes. */
export class Fingerprint {
    sizeBytes = 0;
    private readonly md5 = createHash("md5");
    private readonly digests: ReadonlyMap<ChecksumAlgorithm, Digest>;

    constructor(algorithms: Iterable<ChecksumAlgorithm>) {
        this.digests = new Map([...algorithms].map((algorithm) => [algorithm, DIGESTS[algorithm]()]));
    }

    update(chunk: Buffer): void {
        this.sizeBytes += chunk.length;
        this.md5.update(chunk);
        for (const digest of this.digests.values()) digest.update(chunk);
    }

    /** Ends the stream. */
    finish(): Fingerprinted {
        const checksums = new Map(
            [...this.digests].map(([name, d]) => [name, d.digest().toString("base64")]),
        );
        return { sizeBytes: this.sizeBytes, md5: this.md5.digest("hex"), checksums };
    }
}

export interface Fingerprinted {
    readonly sizeBytes: number;
    /** Hexadecimal, as in an ETag. */
    readonly md5: string;
    /** Base64, by algorithm. */
    readonly checksums: ReadonlyMap<ChecksumAlgorithm, string>;
}

/** The checksum of a multipart object made from its parts' checksums, in part order. */
export function compositeChecksum(algorithm: ChecksumAlgorithm, parts: readonly string[]): Checksum {
    const digest = DIGESTS[algorithm]();
    for (const part of parts) digest.update(Buffer.from(part, "base64"));
    return {
        algorithm,
        type: "COMPOSITE",
        value: `${digest.digest().toString("base64")}-${parts.length}`,
    };
}

/** The ETag of a multipart object: the MD5 of its parts' MD5s and their number. */
export function multipartEtag(partEtags: readonly string[]): string {
    const digest = createHash("md5");
    for (const etag of partEtags) digest.update(Buffer.from(etag, "hex"));
    return `${digest.digest("hex")}-${partEtags.length}`;
}

/** Reads an algorithm's name in any case; undefined where there is no such algorithm. */
export function parseAlgorithm(name: string): ChecksumAlgorithm | undefined {
    return CHECKSUM_ALGORITHMS.find((algorithm) => algorithm === name.toUpperCase());
}

import { posix } from "node:path";
import { crc32, inflateRawSync } from "node:zlib";
import { AwsError } from "../service";

// Field offsets: PKWARE's APPNOTE.TXT, 4.3.7 (local header), 4.3.12 (central directory), 4.3.16 (its end).
const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const ENTRY_SIGNATURE = 0x02014b50;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const MAX_COMMENT_BYTES = 0xffff;
const ENCRYPTED = 1;
const STORED = 0;
const DEFLATED = 8;
/** The mode of a file that the archive says none of. */
const DEFAULT_MODE = 0o644;

/** What a deployment package may hold, as on AWS. */
const UNZIPPED_BYTES_AT_MOST = 262_144_000;

/** One file of a deployment package. */
export interface PackagedFile {
    /** Path within the package. */
    readonly name: string;
    readonly content: Buffer;
    /** Permission bits. */
    readonly mode: number;
}

/**
 * All files of a deployment package, their lengths and checksums compared.
 * @throws AwsError `InvalidParameterValueException` where it is not a whole zip, is too large, or leaves its folder
 */
export function unzip(archive: Buffer): PackagedFile[] {
    try {
        return filesOf(archive);
    } catch (error) {
        // What is torn makes a read fail behind its end, or the unpacking.
        if (error instanceof AwsError) throw error;
        throw new AwsError(
            "InvalidParameterValueException",
            "Could not unzip uploaded file. Please check your file, then try to upload again.",
        );
    }
}

function filesOf(archive: Buffer): PackagedFile[] {
    const files: PackagedFile[] = [];
    let [at, entries] = directoryOf(archive);
    let bytesLeft = UNZIPPED_BYTES_AT_MOST;
    for (; entries > 0; entries--) {
        const nameEnd = at + ENTRY_BYTES + archive.readUInt16LE(at + 28);
        if (archive.readUInt32LE(at) !== ENTRY_SIGNATURE) throw new Error("no entry");
        const name = archive.toString("utf8", at + ENTRY_BYTES, nameEnd);
        if (!name.endsWith("/")) {
            if (posix.isAbsolute(name) || posix.normalize(name).startsWith(".."))
                throw new Error("outside of the folder");
            const content = contentOf(archive, at, bytesLeft);
            bytesLeft -= content.length;
            const mode = (archive.readUInt32LE(at + 38) >>> 16) & 0o777;
            files.push({ name, content, mode: mode === 0 ? DEFAULT_MODE : mode });
        }
        at = nameEnd + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
    }
    return files;
}

/** Where the directory starts, and how many entries it has. */
function directoryOf(archive: Buffer): [at: number, entries: number] {
    let end = archive.length - END_BYTES;
    const first = Math.max(0, end - MAX_COMMENT_BYTES);
    while (end >= first && archive.readUInt32LE(end) !== END_SIGNATURE) end--;
    if (end < first) throw new Error("no end");
    return [archive.readUInt32LE(end + 16), archive.readUInt16LE(end + 10)];
}

function contentOf(archive: Buffer, entryAt: number, bytesAtMost: number): Buffer {
    const method = archive.readUInt16LE(entryAt + 10);
    const isEncrypted = (archive.readUInt16LE(entryAt + 8) & ENCRYPTED) !== 0;
    const [packedBytes, bytes] = [archive.readUInt32LE(entryAt + 20), archive.readUInt32LE(entryAt + 24)];
    if (bytes > bytesAtMost) {
        throw new AwsError(
            "InvalidParameterValueException",
            `Unzipped size must be smaller than ${UNZIPPED_BYTES_AT_MOST} bytes`,
        );
    }
    const header = archive.readUInt32LE(entryAt + 42);
    // The local header repeats the name, and its own extra field may have another length than the directory's.
    const start =
        header + LOCAL_BYTES + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28);
    const packed = archive.subarray(start, start + packedBytes);
    if (isEncrypted || (method !== STORED && method !== DEFLATED)) throw new Error("unknown method");
    const content =
        method === STORED ? packed : inflateRawSync(packed, { maxOutputLength: Math.max(1, bytes) });
    if (content.length !== bytes || crc32(content) !== archive.readUInt32LE(entryAt + 16))
        throw new Error("other content");
    return content;
}

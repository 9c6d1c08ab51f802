import { gunzipSync } from "node:zlib";

/** tar's unit: a header, and what a file's content is filled up to. */
const BLOCK_BYTES = 512;

/** Far above what a job leaves; what unpacks to more is none of ours. */
const UNPACKED_BYTES_MAX = 256 * 1024 * 1024;

/** Where a header has what, in bytes from its beginning. */
const NAME = [0, 100] as const;
const SIZE = [124, 136] as const;
const TYPE = 156;

/** Types of an entry that is a regular file: the one of today's tar, and that of old. */
const REGULAR = ["0", "\0"];

/**
 * Unpacks a .tar.gz in memory: the contents of its regular files by name, without a leading `./`.
 * @throws Error for what is no gzip, or ends within a file
 */
export function unpack(archive: Uint8Array): Map<string, Buffer> {
    const tar = gunzipSync(archive, { maxOutputLength: UNPACKED_BYTES_MAX });
    const files = new Map<string, Buffer>();
    let offset = 0;
    // Two empty blocks are its end.
    while (offset + BLOCK_BYTES <= tar.length && tar[offset] !== 0) {
        const header = tar.subarray(offset, offset + BLOCK_BYTES);
        const name = textIn(header, NAME);
        const sizeBytes = parseInt(textIn(header, SIZE), 8);
        const start = offset + BLOCK_BYTES;
        const end = start + sizeBytes;
        if (!(end <= tar.length)) throw new Error(`The archive ends within ${name}`);
        if (REGULAR.includes(String.fromCharCode(header[TYPE] ?? 0)))
            files.set(name.replace(/^\.\//, ""), tar.subarray(start, end));
        offset = start + Math.ceil(sizeBytes / BLOCK_BYTES) * BLOCK_BYTES;
    }
    return files;
}

/** A field's text, which a zero byte or its length ends. */
function textIn(header: Buffer, [from, to]: readonly [number, number]): string {
    const text = header.toString("utf8", from, to);
    const end = text.indexOf("\0");
    return end < 0 ? text : text.slice(0, end);
}

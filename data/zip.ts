import { createReadStream } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { pipeline } from "node:stream";
import { crc32, createInflateRaw } from "node:zlib";
import { MAX_TEXT_BYTES, TextError } from "./text";

// Field offsets: PKWARE's APPNOTE.TXT, 4.3.7 (local header), 4.3.12 (central directory), 4.3.16 (its end).
const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const ENTRY_SIGNATURE = 0x02014b50;
const ENTRY_BYTES = 46;
const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_BYTES = 30;
const MAX_COMMENT_BYTES = 0xffff;
const ENCRYPTED = 1;
const STORED = 0;
const DEFLATED = 8;

/** Limits against archives made to exhaust the reader. */
const MAX_DIRECTORY_BYTES = 1 << 20;

interface Entry {
    readonly name: string;
    readonly flags: number;
    readonly method: number;
    readonly crc: number;
    readonly packedBytes: number;
    readonly bytes: number;
    readonly headerAt: number;
}

/**
 * The text of the one entry of a zip whose name ends in `extension`, unpacked as it is read, its length and checksum
 * compared at the end. Understands what HistData's archives use: one disk, deflated or stored, no encryption, no Zip64.
 * @throws TextError where the archive is cut short, damaged, of another kind, or holds more or fewer such entries
 */
export async function* zippedText(path: string, extension: string): AsyncGenerator<Uint8Array, void> {
    const file = await open(path);
    let entry: Entry;
    let at: number;
    try {
        entry = only(await entriesOf(file), extension);
        checkReadable(entry);
        at = await dataOffset(file, entry);
    } finally {
        await file.close();
    }
    if (entry.packedBytes === 0) return;
    const packed = createReadStream(path, { start: at, end: at + entry.packedBytes - 1 });
    const text =
        entry.method === STORED
            ? packed
            : pipeline(packed, createInflateRaw({ chunkSize: 1 << 18 }), () => undefined);
    yield* verified(text, entry);
}

async function* verified(text: AsyncIterable<Uint8Array>, entry: Entry): AsyncGenerator<Uint8Array, void> {
    let [bytes, crc] = [0, 0];
    for await (const chunk of text) {
        bytes += chunk.length;
        if (bytes > entry.bytes) break; // Says less than it holds: read no further.
        crc = crc32(chunk, crc);
        yield chunk;
    }
    if (bytes !== entry.bytes || crc !== entry.crc) {
        throw new TextError(`other content in ${entry.name}`, "what its length and checksum in the zip say");
    }
}

async function entriesOf(file: FileHandle): Promise<Entry[]> {
    const { size } = await file.stat();
    const tail = await read(file, Math.max(0, size - END_BYTES - MAX_COMMENT_BYTES), size);
    let end = tail.length - END_BYTES;
    while (end >= 0 && tail.readUInt32LE(end) !== END_SIGNATURE) end--;
    if (end < 0) throw new TextError("no end of a zip's directory", "a whole zip file");
    const [bytes, at] = [tail.readUInt32LE(end + 12), tail.readUInt32LE(end + 16)];
    if (bytes > MAX_DIRECTORY_BYTES || at + bytes > size) {
        throw new TextError(
            `a directory of ${bytes} bytes`,
            `a whole zip file, at most ${MAX_DIRECTORY_BYTES}`,
        );
    }
    return parseDirectory(await read(file, at, at + bytes));
}

function parseDirectory(directory: Buffer): Entry[] {
    const entries: Entry[] = [];
    for (let at = 0; at < directory.length;) {
        const isEntry =
            at + ENTRY_BYTES <= directory.length && directory.readUInt32LE(at) === ENTRY_SIGNATURE;
        if (!isEntry) throw new TextError("a damaged directory", "a whole zip file");
        const nameEnd = at + ENTRY_BYTES + directory.readUInt16LE(at + 28);
        entries.push({
            name: directory.toString("latin1", at + ENTRY_BYTES, nameEnd),
            flags: directory.readUInt16LE(at + 8),
            method: directory.readUInt16LE(at + 10),
            crc: directory.readUInt32LE(at + 16),
            packedBytes: directory.readUInt32LE(at + 20),
            bytes: directory.readUInt32LE(at + 24),
            headerAt: directory.readUInt32LE(at + 42),
        });
        at = nameEnd + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
    }
    return entries;
}

function only(entries: readonly Entry[], extension: string): Entry {
    const fitting = entries.filter(({ name }) => name.toLowerCase().endsWith(extension));
    const [entry] = fitting;
    if (entry === undefined || fitting.length > 1) {
        throw new TextError(`${fitting.length} ${extension} files in the zip`, "one");
    }
    return entry;
}

function checkReadable({ name, flags, method, bytes }: Entry): void {
    if ((flags & ENCRYPTED) !== 0) throw new TextError(`${name} encrypted`, "no encryption");
    if (method !== STORED && method !== DEFLATED) {
        throw new TextError(`${name} packed by method ${method}`, "stored (0) or deflated (8)");
    }
    if (bytes > MAX_TEXT_BYTES) throw new TextError(`${name} of ${bytes} bytes`, `at most ${MAX_TEXT_BYTES}`);
}

/** The local header repeats the name, and its own extra field may have another length than the directory's. */
async function dataOffset(file: FileHandle, { headerAt, packedBytes }: Entry): Promise<number> {
    const { size } = await file.stat();
    const header = await read(file, headerAt, headerAt + LOCAL_BYTES);
    const isHeader = header.length === LOCAL_BYTES && header.readUInt32LE(0) === LOCAL_SIGNATURE;
    const at = headerAt + LOCAL_BYTES + (isHeader ? header.readUInt16LE(26) + header.readUInt16LE(28) : 0);
    if (!isHeader || at + packedBytes > size) throw new TextError("a damaged entry", "a whole zip file");
    return at;
}

/** The bytes from one place to before another, fewer where the file ends before. */
async function read(file: FileHandle, from: number, to: number): Promise<Buffer> {
    const buffer = Buffer.alloc(to - from);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
    return buffer.subarray(0, bytesRead);
}

import { crc32, deflateRawSync } from "node:zlib";

// Field values: PKWARE's APPNOTE.TXT, 4.3.7 (local header), 4.3.12 (central directory), 4.3.16 (its end).
const LOCAL_SIGNATURE = 0x04034b50;
const ENTRY_SIGNATURE = 0x02014b50;
const END_SIGNATURE = 0x06054b50;
const LOCAL_BYTES = 30;
const ENTRY_BYTES = 46;
const END_BYTES = 22;
/** Version 2.0: deflate and folders. */
const VERSION_NEEDED = 20;
/** Made by version 2.0 on Unix, so that the entry's mode counts. */
const VERSION_MADE_BY = 0x0314;
const UTF8_NAMES = 0x0800;
const DEFLATED = 8;
/** 1 January 1980, the first day that the format knows: a real date would make each archive another one. */
const FIRST_DAY = 0x0021;
/** A plain file that all may read: functions run as another user than the one that made the archive. */
const MODE = 0o100644;

/** A zip of files by name. The same files give the same bytes, in whatever order they come. */
export function zip(files: ReadonlyMap<string, Uint8Array>): Buffer {
    const locals: Buffer[] = [];
    const directory: Buffer[] = [];
    let offset = 0;
    for (const [name, content] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
        const encodedName = Buffer.from(name);
        const packed = deflateRawSync(content, { level: 9 });
        const common = commonFields(encodedName, content, packed);
        const local = Buffer.alloc(LOCAL_BYTES);
        local.writeUInt32LE(LOCAL_SIGNATURE, 0);
        common.copy(local, 4);
        const entry = Buffer.alloc(ENTRY_BYTES);
        entry.writeUInt32LE(ENTRY_SIGNATURE, 0);
        entry.writeUInt16LE(VERSION_MADE_BY, 4);
        common.copy(entry, 6);
        entry.writeUInt32LE(MODE * 0x10000, 38);
        entry.writeUInt32LE(offset, 42);
        locals.push(local, encodedName, packed);
        directory.push(entry, encodedName);
        offset += LOCAL_BYTES + encodedName.length + packed.length;
    }
    return Buffer.concat([...locals, ...directory, endOf(directory, offset)]);
}

/** What a file's header and its entry in the directory both say, from the version that is needed on. */
function commonFields(name: Buffer, content: Uint8Array, packed: Buffer): Buffer {
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(VERSION_NEEDED, 0);
    fields.writeUInt16LE(UTF8_NAMES, 2);
    fields.writeUInt16LE(DEFLATED, 4);
    fields.writeUInt16LE(FIRST_DAY, 8);
    fields.writeUInt32LE(crc32(content), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(content.length, 18);
    fields.writeUInt16LE(name.length, 22);
    return fields;
}

function endOf(directory: readonly Buffer[], offset: number): Buffer {
    const end = Buffer.alloc(END_BYTES);
    end.writeUInt32LE(END_SIGNATURE, 0);
    end.writeUInt16LE(directory.length / 2, 8);
    end.writeUInt16LE(directory.length / 2, 10);
    end.writeUInt32LE(
        directory.reduce((bytes, part) => bytes + part.length, 0),
        12,
    );
    end.writeUInt32LE(offset, 16);
    return end;
}

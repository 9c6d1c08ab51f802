import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { messageOf } from "../../errors";
import { filesBelow, locationOf } from "./channels";
import { JobFailure } from "./failure";
import type { OutputArchive } from "./jobKind";

/** tar's unit: a header, and what a file's content is filled up to. */
const BLOCK_BYTES = 512;
const NAME_BYTES = 100;
const SIZE_DIGITS = 11;

/**
 * Uploads a folder as one .tar.gz; nothing where there is nothing in it.
 * @throws JobFailure that names the archive where it cannot be made or uploaded
 */
export async function uploadArchive(
    s3: S3Client,
    archive: OutputArchive,
    root: string,
    signal: AbortSignal,
): Promise<void> {
    const folder = join(root, archive.path);
    const files = existsSync(folder) ? await filesBelow(folder) : [];
    if (files.length === 0) return;
    const packed = join(root, `${archive.name}.tar.gz`);
    const { bucket, key } = locationOf(archive.s3Uri);
    try {
        await pipeline(() => tarOf(folder, files), createGzip(), createWriteStream(packed), { signal });
        const { size } = await stat(packed);
        await s3.send(
            new PutObjectCommand({
                Bucket: bucket,
                Key: key,
                Body: createReadStream(packed),
                ContentLength: size,
            }),
            { abortSignal: signal },
        );
    } catch (error) {
        const problem = `Upload failed for the ${archive.name} archive ${archive.s3Uri}: ${messageOf(error)}`;
        throw new JobFailure("ClientError", problem, { cause: error });
    }
}

/**
 * A tar of regular files, in POSIX's ustar format. It tells no times, users or modes, and keeps the order it is given, so
 * that the same files give the same bytes: SageMaker's own have the clock in them.
 */
async function* tarOf(folder: string, files: readonly string[]): AsyncGenerator<Buffer> {
    for (const file of files) {
        const { size } = await stat(file);
        yield headerOf(relative(folder, file).split(sep).join("/"), size);
        yield* createReadStream(file) as AsyncIterable<Buffer>;
        yield Buffer.alloc((BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES);
    }
    yield Buffer.alloc(2 * BLOCK_BYTES);
}

function headerOf(name: string, size: number): Buffer {
    const octal = size.toString(8);
    if (Buffer.byteLength(name) > NAME_BYTES)
        throw new Error(`${name}: names of at most ${NAME_BYTES} bytes`);
    if (octal.length > SIZE_DIGITS) throw new Error(`${name}: files of less than 8 GiB`);
    const header = Buffer.alloc(BLOCK_BYTES);
    const put = (offset: number, text: string) => header.write(text, offset, "utf8");
    put(0, name);
    put(100, "0000644\0");
    put(108, "0000000\0"); // User and
    put(116, "0000000\0"); // group.
    put(124, `${octal.padStart(SIZE_DIGITS, "0")}\0`);
    put(136, "00000000000\0"); // When it was changed.
    put(148, "        "); // The checksum is taken as if it were spaces.
    put(156, "0"); // A regular file.
    put(257, "ustar\x0000");
    const sum = header.reduce((total, byte) => total + byte, 0);
    put(148, `${sum.toString(8).padStart(6, "0")}\0 `);
    return header;
}

import { S3Error } from "./errors";

/** Chunk headers and trailers are short; a longer line is not aws-chunked. */
const LINE_BYTES_MAX = 8192;

/** Pulls lines and counted bytes out of a stream of buffers, holding no more than one buffer and one line. */
class ByteReader {
    private pending: Buffer = Buffer.alloc(0);

    constructor(private readonly source: AsyncIterator<Buffer>) {}

    /** The next line without its CRLF; undefined at the end of the stream. */
    async line(): Promise<string | undefined> {
        for (;;) {
            const end = this.pending.indexOf("\r\n");
            if (end >= 0) {
                const line = this.pending.toString("latin1", 0, end);
                this.pending = this.pending.subarray(end + 2);
                return line;
            }
            if (this.pending.length > LINE_BYTES_MAX) throw malformed("a chunk header is too long");
            const next = await this.source.next();
            if (next.done === true) {
                if (this.pending.length > 0) throw new S3Error("IncompleteBody");
                return undefined;
            }
            this.pending = Buffer.concat([this.pending, next.value]);
        }
    }

    async *take(bytes: number): AsyncGenerator<Buffer> {
        let left = bytes;
        while (left > 0) {
            if (this.pending.length === 0) {
                const next = await this.source.next();
                if (next.done === true) throw new S3Error("IncompleteBody");
                this.pending = next.value;
            }
            const piece = this.pending.subarray(0, left);
            this.pending = this.pending.subarray(piece.length);
            left -= piece.length;
            if (piece.length > 0) yield piece;
        }
    }
}

/**
 * Decodes an `aws-chunked` body: `<hex size>[;chunk-signature=...]`, the bytes, and after the empty last
 * chunk the trailers, which are put into `trailers` by lower-case name. Chunk signatures are not verified:
 * the key never leaves the gateway, and the trailing checksum protects the content. Throws IncompleteBody
 * where the stream ends early, InvalidRequest where it is not aws-chunked.
 */
export async function* decodeAwsChunked(
    source: AsyncIterator<Buffer>,
    trailers: Map<string, string>,
): AsyncGenerator<Buffer> {
    const reader = new ByteReader(source);
    for (;;) {
        const header = await reader.line();
        if (header === undefined) throw new S3Error("IncompleteBody");
        const size = /^(?<hex>[0-9a-fA-F]{1,12})(?:;|$)/.exec(header)?.groups?.hex;
        if (size === undefined) throw malformed(`"${header.slice(0, 40)}" is not a chunk size`);
        const bytes = Number.parseInt(size, 16);
        if (bytes === 0) break;
        yield* reader.take(bytes);
        if ((await reader.line()) !== "") throw malformed("a chunk is longer than its size says");
    }
    for (let line = await reader.line(); line !== undefined; line = await reader.line()) {
        const colon = line.indexOf(":");
        if (colon > 0) trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
    }
}

function malformed(reason: string): S3Error {
    return new S3Error("InvalidRequest", { message: `The body is not valid aws-chunked: ${reason}.` });
}

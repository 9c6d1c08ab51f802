import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { AwsError } from "../service";

const unzip = promisify(gunzip);

/**
 * Reads a whole request body, unpacked where the SDK has compressed it (CloudWatch's does, from 10 KiB).
 *
 * @throws AwsError `RequestEntityTooLarge` above `maxBytes`, before or after unpacking.
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
        length += chunk.length;
        if (length > maxBytes) throw tooLarge(maxBytes);
        chunks.push(chunk);
    }
    const body = Buffer.concat(chunks);
    if (request.headers["content-encoding"] !== "gzip") return body;
    try {
        return await unzip(body, { maxOutputLength: maxBytes });
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(maxBytes);
        throw new AwsError(
            "SerializationException",
            "The body says that it is gzip, but cannot be unpacked.",
        );
    }
}

function tooLarge(maxBytes: number): AwsError {
    return new AwsError("RequestEntityTooLarge", `The request body is larger than ${maxBytes} bytes.`, 413);
}

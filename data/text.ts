/** More text than this in one file is no market data: twenty years of minutes are 400 MB. */
export const MAX_TEXT_BYTES = 2 ** 30;
/** Longest line of any format here, several times over. */
const MAX_LINE_BYTES = 512;

/** Text that cannot be read to its end. */
export class TextError extends Error {
    override readonly name = "TextError";

    constructor(
        readonly got: string,
        readonly allowed: string,
        options?: ErrorOptions,
    ) {
        super(`got ${got}, allowed: ${allowed}`, options);
    }
}

/**
 * Hands each line of a text on, without its end, numbered from 1, until `take` returns false. Holds one chunk at a time.
 * @throws TextError where a line or the whole is too long; and whatever the source throws
 */
export async function eachLine(
    chunks: AsyncIterable<Uint8Array>,
    take: (line: string, number: number) => boolean,
): Promise<void> {
    let [rest, number, bytes] = ["", 0, 0];
    for await (const chunk of chunks) {
        bytes += chunk.length;
        if (bytes > MAX_TEXT_BYTES) throw new TextError("more", `${MAX_TEXT_BYTES} bytes of text in a file`);
        const lines = (
            rest + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString("latin1")
        ).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) if (!take(withoutReturn(line), ++number)) return;
        if (rest.length > MAX_LINE_BYTES) {
            throw new TextError(`more in line ${number + 1}`, `${MAX_LINE_BYTES} bytes in a line`);
        }
    }
    if (rest !== "") take(withoutReturn(rest), number + 1);
}

function withoutReturn(line: string): string {
    return line.endsWith("\r") ? line.slice(0, -1) : line;
}

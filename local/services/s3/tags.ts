import { S3Error } from "./errors";

/** S3's limits for the tags of an object. */
const TAGS_MAX = 10;
const TAG_KEY_LENGTH_MAX = 128;
const TAG_VALUE_LENGTH_MAX = 256;

/** Reads the `x-amz-tagging` header: tags as a URL query. Throws BadRequest or InvalidTag. */
export function parseTagHeader(text: string): Record<string, string> {
    return checkTags([...new URLSearchParams(text)]);
}

/** Tags by key, within S3's limits. Throws BadRequest or InvalidTag. */
export function checkTags(pairs: readonly (readonly [key: string, value: string])[]): Record<string, string> {
    const tags = Object.fromEntries(pairs);
    if (pairs.length > TAGS_MAX) {
        throw new S3Error("BadRequest", {
            message: `Object tags cannot be greater than ${TAGS_MAX}, got ${pairs.length}`,
        });
    }
    if (Object.keys(tags).length < pairs.length) {
        throw new S3Error("InvalidTag", { message: "Cannot provide multiple Tags with the same key" });
    }
    for (const [key, value] of pairs) {
        if (key === "" || key.length > TAG_KEY_LENGTH_MAX || value.length > TAG_VALUE_LENGTH_MAX) {
            throw new S3Error("InvalidTag", {
                message:
                    `The tag "${key}" must have a key of 1 to ${TAG_KEY_LENGTH_MAX} characters and a value of at ` +
                    `most ${TAG_VALUE_LENGTH_MAX}`,
            });
        }
    }
    return tags;
}

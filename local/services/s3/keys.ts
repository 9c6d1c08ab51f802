import { S3Error } from "./errors";

/** S3's limit for a key, in bytes of UTF-8. */
const KEY_BYTES_MAX = 1024;

/** Throws KeyTooLongError. All other keys are legal: they never become file names. */
export function checkKey(key: string): void {
    const bytes = Buffer.byteLength(key);
    if (bytes > KEY_BYTES_MAX) {
        throw new S3Error("KeyTooLongError", {
            details: { Size: String(bytes), MaxSizeAllowed: String(KEY_BYTES_MAX) },
        });
    }
}

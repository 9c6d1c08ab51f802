import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const ALGORITHM = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts and authenticates with one key. */
export interface Sealer {
    seal(plain: Buffer): Buffer;
    /** Throws where the data was changed or the key is another. */
    unseal(sealed: Buffer): Buffer;
}

/** AES-256-GCM with a fresh nonce for each value. @param key 32 bytes, base64 */
export function createSealer(key: string): Sealer {
    const secret = Buffer.from(key, "base64");
    return {
        seal(plain) {
            const nonce = randomBytes(NONCE_BYTES);
            const cipher = createCipheriv(ALGORITHM, secret, nonce, { authTagLength: TAG_BYTES });
            const content = Buffer.concat([cipher.update(plain), cipher.final()]);
            return Buffer.concat([nonce, cipher.getAuthTag(), content]);
        },
        unseal(sealed) {
            const decipher = createDecipheriv(ALGORITHM, secret, sealed.subarray(0, NONCE_BYTES), {
                authTagLength: TAG_BYTES,
            });
            decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
            return Buffer.concat([
                decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)),
                decipher.final(),
            ]);
        },
    };
}

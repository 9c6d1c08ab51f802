import { createPrivateKey, X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { generate } from "selfsigned";
import { writeFileAtomic } from "../files";

/** Where a certificate's PEM files lie. */
export interface CertificateFiles {
    /** What clients trust, by NODE_EXTRA_CA_CERTS or `sslrootcert`. The certificate signs itself, so it is the same file. */
    readonly caPath: string;
    readonly certPath: string;
    /** Readable by its owner alone. */
    readonly keyPath: string;
}

const YEARS = 10;
/** A certificate that ends within this many days is renewed at the next start. */
const RENEW_DAYS = 30;
const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;

/** The files in the folder of a certificate, whether or not they exist. */
export function certificateFiles(dir: string): CertificateFiles {
    const certPath = join(dir, "server.crt");
    return { caPath: certPath, certPath, keyPath: join(dir, "server.key") };
}

/**
 * The certificate of the local servers: for `localhost` and 127.0.0.1, valid for ten years, known to nobody but those
 * who are pointed at it. Made at the first call; a later one answers with the same files, unless they are torn or old.
 */
export async function ensureCertificate(dir: string): Promise<CertificateFiles> {
    const files = certificateFiles(dir);
    if (isUsable(files)) return files;
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const { private: key, cert } = await generate([{ name: "commonName", value: "localhost" }], {
        keyType: "ec",
        algorithm: "sha256",
        notAfterDate: yearsFromNow(YEARS),
        extensions: [
            { name: "basicConstraints", cA: true, critical: true },
            { name: "keyUsage", digitalSignature: true, keyCertSign: true, critical: true },
            { name: "extKeyUsage", serverAuth: true },
            {
                name: "subjectAltName",
                altNames: [
                    { type: 2, value: "localhost" },
                    { type: 7, ip: "127.0.0.1" },
                ],
            },
        ],
    });
    // Each file is replaced in one step. Should the machine stop between the two, the pair does not fit and is made anew.
    writeFileAtomic(files.keyPath, key);
    writeFileAtomic(files.certPath, cert);
    return files;
}

function isUsable({ certPath, keyPath }: CertificateFiles): boolean {
    if (!existsSync(certPath) || !existsSync(keyPath)) return false;
    try {
        const certificate = new X509Certificate(readFileSync(certPath));
        const isFresh = certificate.validToDate.getTime() > Date.now() + RENEW_DAYS * DAY_MILLISECONDS;
        return isFresh && certificate.checkPrivateKey(createPrivateKey(readFileSync(keyPath)));
    } catch {
        return false;
    }
}

function yearsFromNow(years: number): Date {
    const date = new Date();
    date.setFullYear(date.getFullYear() + years);
    return date;
}

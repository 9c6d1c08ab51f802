import { S3Client } from "@aws-sdk/client-s3";
import { SNSClient } from "@aws-sdk/client-sns";
import { request as send } from "node:http";
import { CREDENTIALS, REGION } from "./awsHost";

/** A request as the SDK's signer takes and answers it. */
export interface Signable {
    readonly method: string;
    readonly protocol: string;
    readonly hostname: string;
    readonly port: number;
    readonly path: string;
    readonly query: Record<string, string | string[]>;
    readonly headers: Record<string, string>;
    readonly body?: string;
}

export interface SigningOptions {
    readonly service?: string;
    readonly credentials?: typeof CREDENTIALS;
    /** @default now */
    readonly at?: Date;
    /** For a presigned URL. */
    readonly expiresSeconds?: number;
}

/** The two ways in which the SDK's own signer signs. */
interface Signer {
    sign(request: Signable, options: object): Promise<Signable>;
    presign(request: Signable, options: object): Promise<Signable>;
}

/** A request to a gateway on loopback, still to be signed. */
export function requestTo(port: number, parts: Partial<Signable> = {}): Signable {
    return {
        ...{ method: "GET", protocol: "http:", hostname: "127.0.0.1", port, path: "/", query: {} },
        ...parts,
        headers: { host: `127.0.0.1:${port}`, ...parts.headers },
    };
}

/** Signs with the SDK's own signer: in the headers, or in the query where it is to expire. */
export async function sign(request: Signable, options: SigningOptions = {}): Promise<Signable> {
    const { service = "s3", credentials = CREDENTIALS, at = new Date(), expiresSeconds } = options;
    // S3's signer takes the path as it is, that of every other service encodes it once more.
    const client = new (service === "s3" ? S3Client : SNSClient)({ region: REGION, credentials });
    const scheme = { name: "sigv4", signingName: service, signingRegion: REGION, properties: {} };
    const signer = (await client.config.signer(scheme)) as unknown as Signer;
    const signing = { signingDate: at, signingService: service, signingRegion: REGION };
    if (expiresSeconds === undefined) return signer.sign(request, signing);
    // As the SDK's presigner for S3 does: who uses the URL may send any body.
    const headers = { ...request.headers, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" };
    return signer.presign({ ...request, headers }, { ...signing, expiresIn: expiresSeconds });
}

/** Path and query as the SDK's HTTP handler writes them. */
export function urlOf({ path, query }: Signable): string {
    const pairs = Object.entries(query).flatMap(([name, value]) =>
        [value].flat().map((one) => `${encode(name)}=${encode(one)}`),
    );
    return pairs.length === 0 ? path : `${path}?${pairs.join("&")}`;
}

/** Sends a request as it is: `fetch` would normalise its path. */
export async function sendRaw(
    request: Signable,
    url = urlOf(request),
): Promise<{ status: number; text: string }> {
    const { hostname, port, method, headers, body } = request;
    return new Promise((resolve, reject) => {
        const outgoing = send({ hostname, port, method, headers, path: url, agent: false }, (response) => {
            let text = "";
            response.setEncoding("utf8").on("data", (part: string) => (text += part));
            response.once("end", () => resolve({ status: response.statusCode ?? 0, text }));
        });
        outgoing.once("error", reject);
        outgoing.end(body);
    });
}

function encode(text: string): string {
    return encodeURIComponent(text).replaceAll(
        /[!'()*]/g,
        (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
    );
}

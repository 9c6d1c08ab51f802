import { createHash, randomUUID } from "node:crypto";
import { createServer, IncomingMessage, type Server, type ServerResponse } from "node:http";
import { messageOf } from "../errors";
import { AwsError, type LocalService, type RequestContext } from "./service";
import { readSignature, verifySignature, type Credentials, type Signature } from "./sigv4";

/** What the gateway needs to know of the stack it serves. */
export interface GatewayOptions {
    readonly services: readonly LocalService[];
    readonly account: string;
    readonly region: string;
    readonly credentials: Credentials;
    /** Answers the control interface's requests, under `CONTROL_PATH`. */
    readonly control: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
    readonly log: (message: string) => void;
}

/** No AWS service has a path like this, and no bucket a name like it. */
export const CONTROL_PATH = "/_bqx/";

/** The largest body of any service but S3, which reads its own. */
const BODY_BYTES_AT_MOST = 16 * 1024 * 1024;

/**
 * One HTTP server for all AWS APIs of a stack, as the SDK's `AWS_ENDPOINT_URL` expects: verifies the signature, finds the
 * service by the signature's scope and hands the request over.
 */
export function createGateway(options: GatewayOptions): Server {
    // Node would cut an upload after five minutes, however steadily it comes in.
    return createServer({ requestTimeout: 0 }, (request, response) => {
        handle(options, request, response).catch((error: unknown) => {
            if (!(error instanceof AwsError)) options.log(`request failed: ${messageOf(error)}`);
            const known =
                error instanceof AwsError
                    ? error
                    : new AwsError("InternalFailure", "See the local stack's log.", 500);
            refuse(request, response, known);
        });
    });
}

async function handle(
    options: GatewayOptions,
    request: IncomingMessage,
    response: ServerResponse,
): Promise<void> {
    const url = request.url ?? "/";
    if (url.startsWith(CONTROL_PATH)) return options.control(request, response);
    const signed = { method: request.method ?? "GET", url, headers: request.headers };
    const claim = readSignature(signed);
    const service = options.services.find(({ signingNames }) => signingNames.includes(claim.service));
    if (service?.handle === undefined) {
        const known = options.services
            .flatMap(({ signingNames }) => signingNames)
            .sort()
            .join(", ");
        throw new AwsError(
            "UnknownService",
            `This local stack does not run "${claim.service}"; it runs ${known}.`,
            501,
        );
    }
    const context: RequestContext = {
        requestId: randomUUID(),
        region: options.region,
        account: options.account,
    };
    if (claim.service === "s3") {
        // S3's bodies are streamed: the client signs their hash, or a word that stands for it, and the service checks it.
        verifySignature(signed, claim, s3PayloadHash(request, claim), options.credentials, new Date());
        return service.handle(request, response, context);
    }
    const body = await readBody(request);
    const hash = createHash("sha256").update(body).digest("hex");
    verifySignature(signed, claim, hash, options.credentials, new Date());
    return service.handle(replay(request, body), response, context);
}

function s3PayloadHash(request: IncomingMessage, claim: Signature): string {
    const header = request.headers["x-amz-content-sha256"];
    if (typeof header === "string") return header;
    if (claim.expiresSeconds !== undefined) return "UNSIGNED-PAYLOAD";
    throw new AwsError("InvalidRequest", "Missing required header for this request: x-amz-content-sha256");
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > BODY_BYTES_AT_MOST)
            throw new AwsError("RequestEntityTooLarge", `At most ${BODY_BYTES_AT_MOST} bytes.`, 413);
        chunks.push(chunk);
    }
    return Buffer.concat(chunks);
}

/** The same request with its body to be read once more. */
function replay(request: IncomingMessage, body: Buffer): IncomingMessage {
    const again = new IncomingMessage(request.socket);
    again.method = request.method;
    again.url = request.url;
    again.headers = request.headers;
    again.complete = true; // Else its reader's end counts as an aborted request, and the connection is closed.
    again.push(body);
    again.push(null);
    return again;
}

/** Renders a refusal that no service has seen, in the shape that the caller's protocol expects. */
function refuse(request: IncomingMessage, response: ServerResponse, error: AwsError): void {
    if (response.headersSent) {
        response.destroy();
        return;
    }
    const isJson =
        request.headers["x-amz-target"] !== undefined || /json/.test(request.headers["content-type"] ?? "");
    response.writeHead(error.status, {
        "content-type": isJson ? "application/x-amz-json-1.1" : "text/xml",
        "x-amzn-errortype": error.code,
        connection: "close", // The rest of the body is not read.
    });
    const escape = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
    const xml = `<Error><Code>${error.code}</Code><Message>${escape(error.message)}</Message></Error>`;
    const isQuery = /^application\/x-www-form-urlencoded/.test(request.headers["content-type"] ?? "");
    const document = isQuery ? `<ErrorResponse>${xml}</ErrorResponse>` : xml; // S3 has no envelope.
    response.end(isJson ? JSON.stringify({ __type: error.code, message: error.message }) : document);
}

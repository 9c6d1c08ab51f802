import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createGateway } from "../../../local/services/gateway";
import type { LocalService, RequestContext } from "../../../local/services/service";

export const CREDENTIALS = { accessKeyId: "AKIATEST", secretAccessKey: "a/secret+key" };
export const REGION = "us-east-1";

/** What a service saw of a request that the gateway let through. */
export interface Seen {
    readonly service: string;
    readonly method: string;
    readonly url: string;
    readonly body: string;
    readonly context: RequestContext;
}

/** A gateway before services that answer every request with an empty success and note what they saw. */
export interface Bench {
    readonly port: number;
    readonly seen: Seen[];
    readonly log: string[];
    /** What an SDK client needs to reach the gateway. One attempt, so that a refusal is seen at once. */
    readonly client: {
        readonly endpoint: string;
        readonly region: string;
        readonly credentials: typeof CREDENTIALS;
        readonly maxAttempts: number;
        readonly forcePathStyle: boolean;
    };
    close(): Promise<void>;
}

type Answer = (seen: Seen, response: ServerResponse) => void;

/** The least that each SDK client takes for a success. */
const ANSWERS: Readonly<Record<string, Answer>> = {
    s3: (_, response) => response.writeHead(200, { etag: '"e"' }).end(),
    secretsmanager: (_, response) => response.writeHead(200).end('{"Name":"found"}'),
    sns: (_, response) => {
        const result = "<PublishResult><MessageId>m-1</MessageId></PublishResult>";
        response.writeHead(200, { "content-type": "text/xml" });
        response.end(`<PublishResponse>${result}</PublishResponse>`);
    },
    monitoring: (_, response) => response.writeHead(200).end("{}"),
    faulty: () => {
        throw new Error("a fault with a secret in it");
    },
};

export async function openBench(): Promise<Bench> {
    const seen: Seen[] = [];
    const log: string[] = [];
    const server = createGateway({
        services: Object.entries(ANSWERS).map(([name, answer]) => serviceOf(name, answer, seen)),
        account: "123456789012",
        region: REGION,
        credentials: CREDENTIALS,
        control: (_, response) => {
            response.writeHead(401).end("control");
            return Promise.resolve();
        },
        log: (line) => log.push(line),
    });
    const port = await listen(server);
    return {
        ...{ port, seen, log },
        client: {
            endpoint: `http://127.0.0.1:${port}`,
            region: REGION,
            credentials: CREDENTIALS,
            maxAttempts: 1,
            forcePathStyle: true,
        },
        close: () => close(server),
    };
}

/** Listens on a free loopback port. @returns the port */
export async function listen(server: Server): Promise<number> {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
}

export async function close(server: Server): Promise<void> {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
}

function serviceOf(name: string, answer: Answer, seen: Seen[]): LocalService {
    return {
        ...{ name, title: name, signingNames: [name], resourceTypes: [] },
        start: () => Promise.resolve(),
        stop: () => Promise.resolve(),
        health: () => Promise.resolve({ healthy: true, detail: "It runs." }),
        async handle(request, response, context) {
            const { method = "", url = "" } = request;
            const noted = { service: name, method, url, body: await bodyOf(request), context };
            seen.push(noted);
            answer(noted, response);
        },
    };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
}

import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { messageOf } from "../errors";
import { CONTROL_PATH } from "./gateway";
import type { Host } from "./host";

const recordSchema = z.strictObject({
    urn: z.string().startsWith("urn:pulumi:"),
    type: z.string().min(1),
    id: z.string().min(1),
    inputs: z.record(z.string(), z.unknown()),
    outputs: z.record(z.string(), z.unknown()),
    secretKeys: z.array(z.string()),
});

/** What of the host the control interface reaches. */
type Controlled = Pick<Host, "put" | "remove" | "get" | "all" | "status">;

/**
 * The host's own interface, for the provider and the command line: JSON over HTTP, opened by a token that only the owner
 * of the stack's files can read. Errors answer `{ message }`.
 */
export function createControl(host: Controlled, token: string) {
    return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
        const send = (status: number, body: unknown): void => {
            response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
        };
        if (!isBearer(request.headers.authorization ?? "", token)) {
            send(401, { message: "The control token is missing or wrong." });
            return;
        }
        try {
            const { status, body } = await answer(host, request);
            send(status, body);
        } catch (error) {
            if (error instanceof z.ZodError)
                send(400, { message: `Not a record:\n${z.prettifyError(error)}` });
            else if (error instanceof SyntaxError) send(400, { message: "The body is not JSON." });
            else send(409, { message: messageOf(error) });
        }
    };
}

async function answer(
    host: Controlled,
    request: IncomingMessage,
): Promise<{ status: number; body: unknown }> {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://host");
    const path = pathname.slice(CONTROL_PATH.length);
    const [type, id] = [searchParams.get("type") ?? "", searchParams.get("id") ?? ""];
    switch (`${request.method ?? ""} ${path}`) {
        case "GET status":
            return { status: 200, body: await host.status() };
        case "GET resources":
            return { status: 200, body: host.all().map(({ urn, type, id }) => ({ urn, type, id })) };
        case "GET resource": {
            const record = host.get(type, id);
            return record === undefined
                ? { status: 404, body: { message: "no such resource" } }
                : { status: 200, body: record };
        }
        case "PUT resource":
            return { status: 200, body: await host.put(recordSchema.parse(await readJsonBody(request))) };
        case "DELETE resource":
            await host.remove(type, id);
            return { status: 200, body: {} };
        default:
            return { status: 404, body: { message: `There is no ${request.method ?? ""} ${path}.` } };
    }
}

async function readJsonBody(request: IncomingMessage): Promise<unknown> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    return JSON.parse(Buffer.concat(chunks).toString());
}

function isBearer(authorization: string, token: string): boolean {
    const [given, expected] = [Buffer.from(authorization), Buffer.from(`Bearer ${token}`)];
    return given.length === expected.length && timingSafeEqual(given, expected);
}

import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { AwsError, type RequestContext } from "../service";
import { readBody } from "./body";
import { describeProblems } from "./fields";
import { parseJson, renderJson } from "./json";
import { parseQuery, renderQuery, renderQueryError } from "./query";

/** One API operation: its input is checked, then answered. Build one with `operation`. */
export interface Operation {
    answer(input: unknown, context: RequestContext): Promise<object>;
}

/** Binds an operation's input schema to the function that answers it. */
export function operation<Schema extends z.ZodType>(
    schema: Schema,
    run: (input: z.output<Schema>, context: RequestContext) => object | Promise<object>,
): Operation {
    return { answer: async (input, context) => run(schema.parse(input), context) };
}

/** What the wire protocols need to know of one service. */
export interface Api {
    readonly operations: Readonly<Record<string, Operation>>;
    /** Operations that AWS has but that only the Pulumi program may perform here. */
    readonly reserved: readonly string[];
    /** How this service refuses a reserved operation. */
    refuse(operationName: string): AwsError;
    /** AWS JSON: what `X-Amz-Target` starts with, and the content type of answers. */
    readonly json?: { readonly target: string; readonly contentType: string };
    /** AWS Query: the XML namespace of answers. */
    readonly query?: { readonly namespace: string };
    /** The code with which this service reports an input that does not fit. */
    readonly invalidInputCode: string;
    readonly maxBodyBytes: number;
}

type Protocol = "json" | "query";

/**
 * Answers AWS JSON and AWS Query requests for one service. Errors of every kind are rendered in the caller's protocol;
 * one that is not an AwsError is a fault of ours: it is logged and answered without its text.
 */
export function createHandler(api: Api, log: (message: string) => void) {
    return async (
        request: IncomingMessage,
        response: ServerResponse,
        context: RequestContext,
    ): Promise<void> => {
        const protocol: Protocol =
            request.headers["x-amz-target"] === undefined && api.query ? "query" : "json";
        const send = (status: number, headers: Record<string, string>, body: string) => {
            response.writeHead(status, { "x-amzn-requestid": context.requestId, ...headers }).end(body);
        };
        try {
            const { name, input } = await readCall(api, protocol, request);
            const result = await findOperation(api, name).answer(input, context);
            if (protocol === "json") send(200, { "content-type": contentType(api) }, renderJson(result));
            else {
                const body = renderQuery(name, result, namespace(api), context.requestId);
                send(200, { "content-type": "text/xml" }, body);
            }
        } catch (error) {
            const refusal = toAwsError(error, api, log, context);
            if (protocol === "json")
                send(refusal.status, jsonErrorHeaders(api, refusal), jsonErrorBody(refusal));
            else {
                const body = renderQueryError(refusal, namespace(api), context.requestId);
                send(refusal.status, { "content-type": "text/xml" }, body);
            }
        }
    };
}

async function readCall(api: Api, protocol: Protocol, request: IncomingMessage) {
    const body = await readBody(request, api.maxBodyBytes);
    if (protocol === "query") {
        const fields = body.length > 0 ? body.toString("utf8") : ((request.url ?? "").split("?")[1] ?? "");
        const { Action: action, ...input } = parseQuery(new URLSearchParams(fields));
        return { name: typeof action === "string" ? action : "", input };
    }
    const target = request.headers["x-amz-target"];
    const prefix = `${api.json?.target ?? ""}.`;
    const name = typeof target === "string" && target.startsWith(prefix) ? target.slice(prefix.length) : "";
    return { name, input: parseJson(body) };
}

function findOperation(api: Api, name: string): Operation {
    const found = Object.hasOwn(api.operations, name) ? api.operations[name] : undefined;
    if (found !== undefined) return found;
    if (api.reserved.includes(name)) throw api.refuse(name);
    const offered = Object.keys(api.operations).sort().join(", ");
    throw new AwsError(
        api.query ? "InvalidAction" : "UnknownOperationException",
        `The local stack does not offer the operation "${name}". It offers ${offered}.`,
    );
}

function toAwsError(
    error: unknown,
    api: Api,
    log: (message: string) => void,
    context: RequestContext,
): AwsError {
    if (error instanceof AwsError) return error;
    if (error instanceof z.ZodError) return new AwsError(api.invalidInputCode, describeProblems(error));
    log(
        `request ${context.requestId} failed: ${error instanceof Error ? (error.stack ?? "") : String(error)}`,
    );
    return new AwsError(
        api.query ? "InternalFailure" : "InternalServiceError",
        `An internal error; the service's log has the cause under request ${context.requestId}.`,
        500,
    );
}

function jsonErrorHeaders(api: Api, error: AwsError): Record<string, string> {
    const headers = { "content-type": contentType(api), "x-amzn-errortype": error.code };
    if (api.query === undefined) return headers;
    // A service that came from Query tells its JSON clients the old code too; they pick the exception by it.
    return {
        ...headers,
        "x-amzn-query-error": `${error.code};${error.status < 500 ? "Sender" : "Receiver"}`,
    };
}

function jsonErrorBody(error: AwsError): string {
    return JSON.stringify({ __type: error.code, message: error.message });
}

const contentType = (api: Api) => api.json?.contentType ?? "application/json";
const namespace = (api: Api) => api.query?.namespace ?? "";

import type { IncomingMessage } from "node:http";
import { isAbsolute } from "node:path";
import { z } from "zod";
import { ArtefactError } from "./artefact";
import { parseCsv, parseJson } from "./batch";
import { acceptedType, contentTypeOf, CSV_TYPE, jsonReply, readBody, type Reply } from "./http";
import type { Model } from "./model";
import type { Models } from "./models";
import type { Prediction } from "./prediction";
import { describeIssue, Refusal } from "./refusal";
import { checkRuntime } from "./runtime";
import type { ServerSettings } from "./settings";

/** Largest body of POST /models. */
const LOAD_BYTES_MAX = 65_536;

/** A name is part of a path. */
const MODEL_NAME_CHARACTERS_MAX = 256;

/** When a client may try again after 503. A request takes milliseconds. */
const RETRY_AFTER_SECONDS = "1";

/** Name of the model in SAGEMAKER_BASE_DIR/model, where the container serves one model only. */
export const SINGLE_MODEL = "model";

const loadSchema = z.object({
    model_name: z
        .string()
        .min(1, "a name")
        .max(MODEL_NAME_CHARACTERS_MAX, `${MODEL_NAME_CHARACTERS_MAX} characters`),
    url: z.string().refine(isAbsolute, "a path from the root"),
});

/** What the paths of SageMaker's contract do, for containers of one model and of many. */
export class Api {
    #invocations = 0;

    constructor(
        private readonly models: Models,
        private readonly settings: ServerSettings,
    ) {}

    /** @throws Refusal, or ArtefactError where a model that is to be loaded is bad */
    async answer(request: IncomingMessage): Promise<Reply> {
        const [pathname = "", query] = (request.url ?? "").split("?", 2);
        const [root = "", name, action, ...others] = pathname.slice(1).split("/").map(decode);
        if (others.length > 0) throw notFound(pathname);
        const methods = this.#methodsOf(root, name, action, new URLSearchParams(query));
        if (methods === undefined) throw notFound(pathname);
        const handle = methods[request.method ?? ""];
        if (handle !== undefined) return handle(request);
        const allowed = Object.keys(methods).join(", ");
        throw new Refusal(405, `${pathname}: got ${request.method ?? ""}, allowed: ${allowed}`, [], {
            Allow: allowed,
        });
    }

    #methodsOf(
        root: string,
        name: string | undefined,
        action: string | undefined,
        parameters: URLSearchParams,
    ): Record<string, ((request: IncomingMessage) => Promise<Reply> | Reply) | undefined> | undefined {
        if (root === "ping" && name === undefined) return { GET: ping };
        if (root === "invocations" && name === undefined)
            return { POST: (request) => this.#invoke(request, headerOf(request) ?? SINGLE_MODEL) };
        if (root !== "models") return undefined;
        if (name === undefined)
            return {
                GET: () => jsonReply(200, this.models.list(parameters.get("next_page_token") ?? "")),
                POST: (request) => this.#load(request),
            };
        if (action === "invoke") return { POST: (request) => this.#invoke(request, name) };
        if (action !== undefined) return undefined;
        return {
            GET: () => jsonReply(200, this.models.get(name).listing),
            DELETE: async () => {
                await this.models.unload(name);
                return jsonReply(200, {}, { logged: { model: name } });
            },
        };
    }

    async #load(request: IncomingMessage): Promise<Reply> {
        const body = await readBody(request, LOAD_BYTES_MAX);
        const { data, error } = loadSchema.safeParse(parseLoose(body), { reportInput: true });
        if (error !== undefined) {
            throw new Refusal(400, "The model to load cannot be told", error.issues.map(describeIssue));
        }
        const { model_name: modelName, url: modelUrl } = data;
        const { pair, version } = await this.models.load({ modelName, modelUrl });
        const loaded = { modelName, modelUrl, pair, modelVersion: version };
        return jsonReply(200, loaded, { logged: loaded });
    }

    async #invoke(request: IncomingMessage, name: string): Promise<Reply> {
        const { maxQueue } = this.settings;
        if (this.#invocations >= maxQueue)
            throw new Refusal(503, `${maxQueue} invocations are under way, which is all that may be`, [], {
                "Retry-After": RETRY_AFTER_SECONDS,
            });
        this.#invocations++;
        try {
            return await this.#predict(request, this.models.get(name).model, name);
        } finally {
            this.#invocations--;
        }
    }

    async #predict(request: IncomingMessage, model: Model, name: string): Promise<Reply> {
        const { maxBodyBytes, maxRows, requestMilliseconds } = this.settings;
        const { type, parameters } = contentTypeOf(request);
        const answerType = acceptedType(request);
        const body = await readBody(request, maxBodyBytes);
        const deadline = performance.now() + requestMilliseconds;
        const limits = { columns: model.columns, maxRows };
        const text = body.toString();
        const batch =
            type === CSV_TYPE
                ? parseCsv(text, parameters.get("header") === "present", limits)
                : parseJson(text, limits);
        const predictions = await model.predict(batch, () => performance.now() > deadline);
        if (predictions === undefined)
            throw new Refusal(503, `The predictions took longer than ${requestMilliseconds} ms`);
        const { pair, version } = model;
        const logged = { model: name, pair, modelVersion: version, rows: batch.rows, bytes: body.length };
        return answerType === CSV_TYPE
            ? { status: 200, contentType: CSV_TYPE, body: csvOf(predictions), logged }
            : jsonReply(200, { predictions }, { logged });
    }
}

/** The answer to a request that failed. */
export function errorReply(error: unknown): Reply {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof Refusal) {
        const { status, problems, headers } = error;
        // Problems may quote what was sent, which the log does not tell.
        const logged = { error: message, problems: problems.length };
        return jsonReply(status, { error: message, problems }, { headers, logged });
    }
    // A bad model is a fault of this side: it must count among the endpoint's 5xx, which roll a release back.
    if (error instanceof ArtefactError)
        return jsonReply(500, { error: message }, { logged: { error: message } });
    const stack = error instanceof Error ? error.stack : undefined;
    return jsonReply(500, { error: "The server failed, see its log" }, { logged: { error: message, stack } });
}

/** Healthy is who can load a model and forecast: it is done, in about a millisecond. */
async function ping(): Promise<Reply> {
    await checkRuntime();
    return jsonReply(200, {});
}

/** Lines of pair, model version, forecast, its interval, the implied return, its interval and whether the model is expired. */
function csvOf(predictions: readonly Prediction[]): string {
    const lines = predictions.map((each) =>
        [
            ...[each.pair, each.modelVersion, each.forecast, ...each.interval],
            ...[each.impliedReturn, ...(each.impliedReturnInterval ?? [null, null]), each.isExpired],
        ].join(","),
    );
    return `${lines.join("\n")}\n`;
}

function headerOf({ headers }: IncomingMessage): string | undefined {
    const value = headers["x-amzn-sagemaker-target-model"];
    return typeof value === "string" ? value : undefined;
}

function parseLoose(body: Buffer): unknown {
    try {
        return JSON.parse(body.toString());
    } catch {
        return undefined; // The schema says what it should have been.
    }
}

function decode(part: string): string {
    try {
        return decodeURIComponent(part);
    } catch {
        throw new Refusal(400, "The path is not percent-encoded UTF-8");
    }
}

const notFound = (path: string): Refusal => new Refusal(404, `There is nothing at ${path}`);

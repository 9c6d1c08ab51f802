import { existsSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { log } from "../processing/log";
import { Api, errorReply, SINGLE_MODEL } from "./api";
import type { Reply } from "./http";
import { Models } from "./models";
import { checkRuntime } from "./runtime";
import type { ServerSettings } from "./settings";

const CONNECTIONS_MAX = 1_024;

/** Longer than clients keep unused connections: one that is closed while a request is on its way loses the request. */
const KEEP_ALIVE_MILLISECONDS = 75_000;

/** How often Node looks for requests that take too long to come in. */
const CHECK_MILLISECONDS = 1_000;

/** The container's HTTP server. */
export class InferenceServer {
    readonly #models: Models;
    readonly #server: Server;
    #underWay = 0;
    #isDraining = false;

    private constructor(private readonly settings: ServerSettings) {
        this.#models = new Models(settings.modelMemoryBytes);
        const api = new Api(this.#models, settings);
        this.#server = createServer(
            {
                requestTimeout: settings.requestMilliseconds,
                headersTimeout: settings.requestMilliseconds,
                keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
                connectionsCheckingInterval: CHECK_MILLISECONDS,
            },
            (request, response) => void this.#respond(api, request, response),
        );
        this.#server.maxConnections = CONNECTIONS_MAX;
    }

    /**
     * Starts to listen once models can be loaded and, where the container serves one model only, it is.
     * @throws Error where ONNX Runtime does not work, the model is bad or the port is taken
     */
    static async start(settings: ServerSettings): Promise<InferenceServer> {
        await checkRuntime();
        const server = new InferenceServer(settings);
        const modelUrl = join(settings.baseDir, "model");
        if (existsSync(join(modelUrl, "manifest.json")))
            await server.#models.load({ modelName: SINGLE_MODEL, modelUrl });
        await new Promise<void>((resolve, reject) => {
            server.#server.once("error", reject);
            server.#server.listen(settings.port, settings.address, resolve);
        });
        log("listening", { address: settings.address, port: server.port });
        return server;
    }

    get port(): number {
        return (this.#server.address() as AddressInfo).port;
    }

    /**
     * Takes no more connections, and lets requests under way end.
     * @returns whether all of them have ended in time
     */
    async drain(): Promise<boolean> {
        this.#isDraining = true;
        log("draining", { underWay: this.#underWay });
        const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
        let isComplete = true;
        const timer = setTimeout(() => {
            isComplete = false;
            log("requests cut off", { underWay: this.#underWay });
            this.#server.closeAllConnections();
        }, this.settings.drainMilliseconds);
        await closed;
        clearTimeout(timer);
        await this.#models.unloadAll();
        return isComplete;
    }

    async #respond(api: Api, request: IncomingMessage, response: ServerResponse): Promise<void> {
        const started = performance.now();
        this.#underWay++;
        try {
            const reply = await api.answer(request).catch(errorReply);
            if (request.socket.destroyed) {
                log("request given up by its client", { method: request.method, path: request.url });
                return;
            }
            await this.#send(response, reply);
            // Asked every few seconds: what is well says nothing.
            if (request.url !== "/ping" || reply.status !== 200) this.#log(request, reply, started);
        } finally {
            this.#underWay--;
        }
    }

    #send(response: ServerResponse, { status, contentType, body, headers }: Reply): Promise<void> {
        if (this.#isDraining) response.setHeader("Connection", "close");
        response.writeHead(status, {
            "Content-Type": contentType,
            "Content-Length": Buffer.byteLength(body),
            ...headers,
        });
        return new Promise((resolve) => {
            // An answer counts as given once it has left: until then a drain waits for it.
            response.once("close", resolve);
            response.end(body);
        });
    }

    /** Says of a request what it was about, never what was in it. */
    #log({ method, url, headers }: IncomingMessage, { status, logged }: Reply, started: number): void {
        const milliseconds = Math.round(1_000 * (performance.now() - started)) / 1_000;
        const targetModel = headers["x-amzn-sagemaker-target-model"];
        log("request", { method, path: url, targetModel, status, milliseconds, ...logged });
    }
}

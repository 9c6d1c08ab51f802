import { readFileSync, readdirSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";

import { STATUS_UNKNOWN, StatusFeed, type FeedTiming, type StatusSource } from "./feed";

/** The console's web server. It is only ever bound to the loopback address. */
export interface Console {
    /** Listens on 127.0.0.1; port 0 takes a free one. Resolves to the port, rejects where it is taken. */
    listen(port: number): Promise<number>;
    /** Ends every stream and connection. Safe to call twice. */
    close(): Promise<void>;
}

/** What the host passes in. `timing` is for tests: by default a look each second, a heartbeat each five. */
export interface ConsoleOptions extends StatusSource {
    readonly timing?: FeedTiming;
}

const TIMING: FeedTiming = { pollMilliseconds: 1_000, heartbeatMilliseconds: 5_000 };

const PAGE_FOLDER = join(__dirname, "page");

const CONTENT_TYPES: Readonly<Record<string, string>> = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
};

const SECURITY_HEADERS = {
    // Nothing inline and nothing from elsewhere; Trusted Types make the browser refuse innerHTML and its kin.
    "Content-Security-Policy": [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ].join("; "),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
};

/** A name that rebinds to the loopback address still sends its own name here. */
const HOSTS_ALLOWED = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i;

const METHODS_ALLOWED = ["GET", "HEAD"];

type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/**
 * The console of one stack: the page, its status as JSON (`/api/status`) and as server-sent events (`/api/events`:
 * `status` when it changed, `heartbeat`, `problem`). Reads only; there is nothing here that changes the stack.
 */
export function createConsole(options: ConsoleOptions): Console {
    const feed = new StatusFeed(options, options.timing ?? TIMING);
    const routes = new Map<string, Handler>([
        ...assetRoutes(),
        ["/api/status", (_, response) => sendStatus(options, response)],
        ["/api/events", (request, response) => openStream(feed, request, response)],
    ]);
    const server = createServer((request, response) => {
        const refusal = refusalOf(request);
        if (refusal !== undefined) {
            send(response, refusal.status, JSON_TYPE, json({ message: refusal.message }), refusal.headers);
            return;
        }
        const route = routes.get(pathOf(request));
        if (route === undefined) send(response, 404, JSON_TYPE, json({ message: "There is no such page." }));
        else void route(request, response);
    });
    return {
        listen: (port) =>
            new Promise((resolve, reject) => {
                server.once("error", reject);
                server.listen(port, "127.0.0.1", () => {
                    server.off("error", reject);
                    resolve((server.address() as AddressInfo).port);
                });
            }),
        close: () =>
            new Promise((resolve) => {
                feed.close();
                server.close(() => resolve());
                server.closeAllConnections();
            }),
    };
}

interface Refusal {
    readonly status: number;
    readonly message: string;
    readonly headers?: Readonly<Record<string, string>>;
}

function refusalOf(request: IncomingMessage): Refusal | undefined {
    const host = request.headers.host ?? "";
    if (!HOSTS_ALLOWED.test(host)) {
        return {
            status: 421,
            message: "Open the console as 127.0.0.1, localhost or [::1]: no other name is served.",
        };
    }
    if (!METHODS_ALLOWED.includes(request.method ?? "")) {
        const allowed = METHODS_ALLOWED.join(", ");
        return { status: 405, message: `The console only reads: ${allowed}.`, headers: { Allow: allowed } };
    }
    // Browsers name the asking page's relation. Another site may link to the console, but not use up its streams.
    const site = request.headers["sec-fetch-site"] ?? "none";
    if (pathOf(request).startsWith("/api/") && site !== "same-origin" && site !== "none") {
        return { status: 403, message: "Only the console's own page may ask for the status." };
    }
    return undefined;
}

/** The page's files by path, read once: no path of a request ever reaches the file system. */
function assetRoutes(): [string, Handler][] {
    return readdirSync(PAGE_FOLDER).map((file) => {
        const body = readFileSync(join(PAGE_FOLDER, file));
        const type = CONTENT_TYPES[extname(file)];
        if (type === undefined)
            throw new Error(`The console's page folder holds ${file}, whose content type is unknown.`);
        const path = file === "index.html" ? "/" : `/assets/${file}`;
        return [path, (_, response) => send(response, 200, type, body, { "Cache-Control": "no-cache" })];
    });
}

async function sendStatus(source: StatusSource, response: ServerResponse): Promise<void> {
    try {
        send(response, 200, JSON_TYPE, json(await source.status()));
    } catch (error) {
        source.onError(error);
        send(response, 500, JSON_TYPE, json(STATUS_UNKNOWN));
    }
}

function openStream(feed: StatusFeed, request: IncomingMessage, response: ServerResponse): void {
    if (feed.full) {
        const message = "Too many pages watch this stack. Close one of them.";
        send(response, 503, JSON_TYPE, json({ message }), { "Retry-After": "5" });
        return;
    }
    response.writeHead(200, {
        ...SECURITY_HEADERS,
        "Content-Type": "text/event-stream; charset=utf-8",
        "Cache-Control": "no-store",
    });
    if (request.method === "HEAD") response.end();
    else feed.add(response);
}

const JSON_TYPE = "application/json; charset=utf-8";

const json = (value: unknown): string => `${JSON.stringify(value)}\n`;

/** Answers in full; not to be stored unless the headers say otherwise. Node leaves the body out of a HEAD's answer. */
function send(
    response: ServerResponse,
    status: number,
    type: string,
    body: string | Buffer,
    headers: Readonly<Record<string, string>> = {},
): void {
    response.writeHead(status, {
        ...SECURITY_HEADERS,
        "Cache-Control": "no-store",
        "Content-Type": type,
        "Content-Length": Buffer.byteLength(body),
        ...headers,
    });
    response.end(body);
}

function pathOf(request: IncomingMessage): string {
    return (request.url ?? "/").split("?", 1).join("");
}

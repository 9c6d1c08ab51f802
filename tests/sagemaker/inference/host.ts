import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../../local/paths";
import { runProgram, typescript } from "../../support/processes";
import { eventually } from "../../support/eventually";

/** What a server answered. */
export interface Answer<Content = unknown> {
    readonly status: number;
    readonly headers: Headers;
    readonly text: string;
    /** What the text says, where it is JSON. */
    readonly content: Content;
}

/** A request that the server waits for the end of. */
export interface BegunRequest {
    readonly answered: Promise<{ readonly status: number; readonly headers: IncomingHttpHeaders }>;
    readonly finish: () => void;
    readonly abort: () => void;
}

/** The program of the image, bundled and started by itself as a container starts it. */
export class ServerProgram {
    private constructor(private readonly dir: string) {}

    static async build(): Promise<ServerProgram> {
        const dir = realpathSync(mkdtempSync(join(tmpdir(), "bqx-inference-")));
        const script = typescript(join(ROOT, "sagemaker/inference/build.ts"), dir);
        const { code, stderr } = await runProgram(process.execPath, script);
        if (code !== 0) throw new Error(stderr);
        return new ServerProgram(dir);
    }

    /** Starts a server on a free port, with no model in its base folder where the environment does not say another. */
    async start(environment: Readonly<Record<string, string>> = {}): Promise<RunningServer> {
        const server = new RunningServer(this.spawn(environment));
        await eventually(() => {
            if (server.port === undefined && server.child.exitCode === null)
                throw new Error("not listening yet");
        });
        return server;
    }

    spawn(environment: Readonly<Record<string, string>>): ChildProcess {
        return spawnServer(this.dir, environment);
    }

    remove(): void {
        rmSync(this.dir, { recursive: true });
    }
}

/** Starts what was built into a folder, on a free port of this machine. */
export function spawnServer(dir: string, environment: Readonly<Record<string, string>>): ChildProcess {
    const base = { SAGEMAKER_BIND_TO_PORT: "0", BIND_ADDRESS: "127.0.0.1", SAGEMAKER_BASE_DIR: dir };
    const env = { ...base, ...environment };
    return spawn(process.execPath, [join(dir, "main.js")], { env, stdio: ["ignore", "pipe", "pipe"] });
}

/** A server under test. */
export class RunningServer {
    /** The lines it has logged until now. */
    readonly lines: Record<string, unknown>[] = [];
    /** Its exit code, or the signal that ended it. */
    readonly ended: Promise<number | NodeJS.Signals>;

    constructor(readonly child: ChildProcess) {
        let rest = "";
        const read = (text: string) => {
            const parts = (rest + text).split("\n");
            rest = parts.pop() ?? "";
            this.lines.push(...parts.map((line) => JSON.parse(line) as Record<string, unknown>));
        };
        child.stdout?.setEncoding("utf8").on("data", read);
        // Nothing of it is expected: the log goes to stdout.
        child.stderr?.setEncoding("utf8").on("data", (text: string) => process.stderr.write(text));
        this.ended = once(child, "close").then(
            ([code, signal]) => (code ?? signal) as number | NodeJS.Signals,
        );
    }

    get port(): number | undefined {
        const { port } = this.lines.find(({ message }) => message === "listening") ?? {};
        return typeof port === "number" ? port : undefined;
    }

    get url(): string {
        return `http://127.0.0.1:${String(this.port)}`;
    }

    async request<Content = Record<string, unknown>>(
        method: string,
        path: string,
        init: RequestInit = {},
    ): Promise<Answer<Content>> {
        const response = await fetch(`${this.url}${path}`, { method, ...init });
        const text = await response.text();
        const isJson = response.headers.get("content-type") === "application/json";
        const content = (isJson ? JSON.parse(text) : undefined) as Content;
        return { status: response.status, headers: response.headers, text, content };
    }

    load(name: string, url: string): Promise<Answer<Record<string, unknown>>> {
        return this.request("POST", "/models", { body: JSON.stringify({ model_name: name, url }) });
    }

    invoke<Content = Record<string, unknown>>(
        name: string,
        body: unknown,
        headers: Readonly<Record<string, string>> = { "Content-Type": "application/json" },
    ): Promise<Answer<Content>> {
        // As bytes, to which fetch gives no content type of its own.
        const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
        return this.request<Content>("POST", `/models/${encodeURIComponent(name)}/invoke`, {
            body: bytes,
            headers,
        });
    }

    /** Begins an invocation, of whose body the last byte is missing. */
    async begin(name: string, body: unknown): Promise<BegunRequest> {
        const text = JSON.stringify(body);
        const request = httpRequest(`${this.url}/models/${name}/invoke`, {
            method: "POST",
            headers: { "Content-Type": "application/json", "Content-Length": text.length },
        });
        const answered = new Promise<{ status: number; headers: IncomingHttpHeaders }>((resolve, reject) => {
            request.once("error", reject);
            request.once("response", (response) => {
                response.resume();
                response.once("end", () =>
                    resolve({ status: response.statusCode ?? 0, headers: response.headers }),
                );
            });
        });
        await new Promise<void>((resolve) => request.write(text.slice(0, -1), () => resolve()));
        return { answered, finish: () => request.end(text.slice(-1)), abort: () => request.destroy() };
    }

    /** Ends it, however it is. */
    async stop(): Promise<void> {
        this.child.kill("SIGKILL");
        await this.ended;
    }
}

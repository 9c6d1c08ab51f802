import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import {
    GetSecretValueCommand,
    ListSecretsCommand,
    SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { Redis } from "ioredis";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import type { StackStatus } from "../../local/console/status";
import type { PolicyViolation } from "../../local/engine/protocol";
import { copyCheckout, linkPackages } from "../support/checkout";
import { runProgram, type Ended } from "../support/processes";

/** What `preview` and `deploy` print as JSON. */
export interface EngineReport {
    readonly changes: Readonly<Record<"create" | "update" | "replace" | "delete", number>>;
    readonly policyViolations: readonly PolicyViolation[];
    readonly errors: readonly string[];
}

/** What of a stack's instance file the tests use. */
interface InstanceFile {
    readonly account: string;
    readonly region: string;
    readonly ports: Readonly<Record<"console" | "aws" | "database" | "cache", number>>;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
}

/** What the name of the secret with the cache's token starts with. */
export const CACHE_SECRET = "feature-store-cache";

/** Far from the ports of a stack that a developer has running. */
const FIRST_PORT = 5280;

/** A checkout of its own, with a state of its own, that a test may change and break. */
export class ScratchCheckout {
    readonly dir = realpathSync(mkdtempSync(join(tmpdir(), "bqx-e2e-")));
    readonly state = join(this.dir, "state");

    constructor() {
        copyCheckout(this.dir);
        linkPackages(this.dir);
    }

    /** Runs `./bqx` to its end. */
    bqx(...args: string[]): Promise<Ended> {
        return runProgram(join(this.dir, "bqx"), args, { cwd: this.dir, env: this.env });
    }

    /** Runs `./bqx … --json`, and answers its document beside how it ended. */
    async report(...args: string[]): Promise<Ended & { document: unknown }> {
        const ended = await this.bqx(...args, "--json");
        if (ended.stdout === "")
            throw new Error(`bqx ${args.join(" ")} printed no document: ${ended.stderr}`);
        return { ...ended, document: JSON.parse(ended.stdout) as unknown };
    }

    /** Runs `preview` or `deploy` on a stack. */
    async engine(command: "preview" | "deploy", stack: string): Promise<Ended & EngineReport> {
        const { document, ...ended } = await this.report(command, "--stack", stack);
        return { ...ended, ...(document as EngineReport) };
    }

    /** Starts `./bqx` in a process group of its own and does not wait for it. */
    start(...args: string[]): ChildProcess {
        return spawn(join(this.dir, "bqx"), args, {
            cwd: this.dir,
            env: this.env,
            detached: true,
            stdio: "ignore",
        });
    }

    async status(stack = "local"): Promise<StackStatus> {
        return (await this.report("status", "--stack", stack)).document as StackStatus;
    }

    /** Replaces a text that must be in the file. */
    edit(file: string, from: string, to: string): void {
        const path = join(this.dir, file);
        const content = readFileSync(path, "utf8");
        if (!content.includes(from)) throw new Error(`${file} does not hold: ${from}`);
        writeFileSync(path, content.replace(from, to));
    }

    /** Adds a setting to a stack's file. */
    set(stack: string, setting: string): void {
        this.edit(`Pulumi.${stack}.yaml`, "config:\n", `config:\n  bqx-ml:${setting}\n`);
    }

    instance(stack: string): InstanceFile {
        return JSON.parse(readFileSync(join(this.state, stack, "instance.json"), "utf8")) as InstanceFile;
    }

    /** How an AWS client reaches a stack. */
    client(stack: string): Required<Pick<S3ClientConfig, "endpoint" | "region" | "credentials">> {
        const { ports, region, accessKeyId, secretAccessKey } = this.instance(stack);
        return {
            endpoint: `http://127.0.0.1:${ports.aws}`,
            region,
            credentials: { accessKeyId, secretAccessKey },
        };
    }

    s3(stack: string): S3Client {
        return new S3Client(this.client(stack));
    }

    /** The values of all secrets of a stack whose name starts so, as JSON. */
    async secret(stack: string, namePrefix: string): Promise<Record<string, string>> {
        const manager = new SecretsManagerClient(this.client(stack));
        const { SecretList: secrets = [] } = await manager.send(new ListSecretsCommand({}));
        const found = secrets.find(({ Name = "" }) => Name.startsWith(namePrefix));
        if (found === undefined)
            throw new Error(`No secret ${namePrefix}…: ${secrets.map(({ Name }) => Name).join(", ")}`);
        const { SecretString = "{}" } = await manager.send(
            new GetSecretValueCommand({ SecretId: found.ARN }),
        );
        return JSON.parse(SecretString) as Record<string, string>;
    }

    /** Connects to a stack's database as its master user; the caller ends the connection. */
    async database(stack: string): Promise<Client> {
        const { username, password } = await this.secret(stack, "rds!cluster-");
        const client = new Client({
            host: "127.0.0.1",
            port: this.instance(stack).ports.database,
            user: username,
            password,
            database: "bqx",
            ssl: { ca: this.certificate(stack) },
        });
        await client.connect();
        return client;
    }

    /** Connects to a stack's cache with its token of now; the caller disconnects. */
    async cache(stack: string): Promise<Redis> {
        const { token } = await this.secret(stack, CACHE_SECRET);
        const tls = { ca: this.certificate(stack) };
        return new Redis({ host: "127.0.0.1", port: this.instance(stack).ports.cache, password: token, tls });
    }

    private certificate(stack: string): string {
        return readFileSync(join(this.state, stack, "tls", "server.crt"), "utf8");
    }

    engineLog(stack: string): string {
        return readFileSync(join(this.state, stack, "logs", "engine.log"), "utf8");
    }

    /** Pids of all processes that were started with this checkout or its state in their command line. */
    processes(): { pid: number; command: string }[] {
        return readdirSync("/proc")
            .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
            .map((entry) => ({ pid: Number(entry), command: commandOf(entry) }))
            .filter(({ command }) => command.includes(this.dir));
    }

    async dispose(): Promise<void> {
        await this.bqx("down", "--purge");
        rmSync(this.dir, { recursive: true, force: true });
    }

    private get env(): NodeJS.ProcessEnv {
        return { ...process.env, BQX_STATE: this.state, BQX_PORT_BASE: String(FIRST_PORT) };
    }
}

function commandOf(pid: string): string {
    try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    } catch {
        return ""; // It has ended.
    }
}

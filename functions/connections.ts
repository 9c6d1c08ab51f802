import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { Redis } from "ioredis";
import { Pool } from "pg";
import { z } from "zod";

const CONNECT_MILLISECONDS = 5_000;
/** A cache that has not answered by then is as good as none. */
const COMMAND_MILLISECONDS = 10_000;

/** A function that AWS ends leaves a connection nobody answers on; the database finds out in 25 s, and frees its locks. */
const KEEPALIVES = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3";

/** Errors of PostgreSQL and of the network that a new connection may not meet: see `isCurable`. */
const CURABLE_CODES = new Set([
    ...["28P01", "28000"], // The password was changed.
    ...["57P01", "57P02", "57P03", "08001", "08003", "08006"], // The server stopped or was replaced.
    ...["ECONNRESET", "ECONNREFUSED", "EPIPE", "ETIMEDOUT"],
]);
const CURABLE_MESSAGE = /WRONGPASS|NOAUTH|Connection (terminated|is closed|ended)/;
/** What a command of the cache is refused with once its connection has failed. */
const CLOSED = /^Connection is closed/;

const port = z.coerce.number().int().min(1).max(65_535);
const name = z.string().min(1);

/** The variables that a function finds its two stores by. */
export const storeVariables = z.object({
    DATABASE_HOST: name,
    DATABASE_PORT: port,
    DATABASE_NAME: name,
    DATABASE_SECRET_ARN: name,
    CACHE_HOST: name,
    CACHE_PORT: port,
    CACHE_SECRET_ARN: name,
});

export type StoreVariables = z.output<typeof storeVariables>;

const databaseSecret = z.object({ username: name, password: name });
const cacheSecret = z.object({ token: name });

/** Aurora and the cache. */
export interface Stores {
    readonly database: Pool;
    readonly cache: Redis;
}

/** The stores of a function, connected when they are first used and kept for the invocations that follow. */
export class Connections {
    readonly #variables: StoreVariables;
    readonly #secrets = new SecretsManagerClient({});
    #stores: Promise<Stores> | undefined;
    /** Why the cache's connection broke; its commands only say that it is closed. */
    #cacheProblem: Error | undefined;

    constructor(variables: StoreVariables) {
        this.#variables = variables;
    }

    /**
     * Works with the stores. Where a connection fails in a way that a new one may not (the password was changed, the
     * server was replaced, the connection died while the function was frozen), it reads the secrets again, connects anew,
     * and runs the work a second time: the work must bear that.
     */
    async use<Result>(work: (stores: Stores) => Promise<Result>): Promise<Result> {
        try {
            return await work(await this.#connected());
        } catch (error) {
            if (!isCurable(error)) throw error;
            await this.close();
            return await work(await this.#connected()).catch((again: unknown) => this.#explained(again));
        }
    }

    /** Closes what is open; the next use connects again. */
    async close(): Promise<void> {
        const stores = await this.#stores?.catch(() => undefined);
        this.#stores = undefined;
        stores?.cache.disconnect();
        await stores?.database.end();
    }

    #connected(): Promise<Stores> {
        this.#stores ??= this.#connect().catch((error: unknown) => {
            this.#stores = undefined;
            throw error;
        });
        return this.#stores;
    }

    async #connect(): Promise<Stores> {
        const { DATABASE_SECRET_ARN, CACHE_SECRET_ARN } = this.#variables;
        const [{ username, password }, { token }] = await Promise.all([
            this.#secret(DATABASE_SECRET_ARN, databaseSecret),
            this.#secret(CACHE_SECRET_ARN, cacheSecret),
        ]);
        return {
            database: databasePool(this.#variables, username, password),
            cache: cacheClient(this.#variables, token, (problem) => (this.#cacheProblem = problem)),
        };
    }

    #explained(error: unknown): never {
        const problem = this.#cacheProblem;
        if (problem === undefined || !(error instanceof Error) || !CLOSED.test(error.message)) throw error;
        throw new Error(`The cache cannot be used: ${problem.message}`, { cause: problem });
    }

    /** @throws Error that names the secret and what it lacks, and shows nothing of what it holds */
    async #secret<Schema extends z.ZodType>(arn: string, schema: Schema): Promise<z.output<Schema>> {
        const { SecretString = "" } = await this.#secrets.send(new GetSecretValueCommand({ SecretId: arn }));
        const parsed = schema.safeParse(parsedJson(SecretString));
        if (parsed.success) return parsed.data;
        const lacking = parsed.error.issues.map(({ path }) => path.join(".")).join(", ");
        throw new Error(`The secret ${arn} has no usable ${lacking === "" ? "JSON" : lacking}`);
    }
}

/** Undefined for what is no JSON: JSON.parse's own message shows the beginning of the text. */
function parsedJson(text: string): unknown {
    try {
        return JSON.parse(text) as unknown;
    } catch {
        return undefined;
    }
}

function databasePool(
    { DATABASE_HOST, DATABASE_PORT, DATABASE_NAME }: StoreVariables,
    user: string,
    password: string,
): Pool {
    const pool = new Pool({
        ...{ host: DATABASE_HOST, port: DATABASE_PORT, database: DATABASE_NAME, user, password },
        ssl: true, // Verified against Node's certificates and those of NODE_EXTRA_CA_CERTS.
        max: 2,
        connectionTimeoutMillis: CONNECT_MILLISECONDS,
        idleTimeoutMillis: 0, // A function is frozen between two invocations: it would find every connection idle for too long.
        keepAlive: true,
        options: KEEPALIVES,
    });
    // Told of a connection that breaks while nobody uses it: the pool makes another.
    pool.on("error", () => undefined);
    return pool;
}

function cacheClient(
    { CACHE_HOST, CACHE_PORT }: StoreVariables,
    password: string,
    onProblem: (problem: Error) => void,
): Redis {
    const cache = new Redis({
        ...{ host: CACHE_HOST, port: CACHE_PORT, password, tls: {} },
        lazyConnect: true,
        // A broken connection is replaced by `use`, with a token that is read again.
        retryStrategy: () => null,
        maxRetriesPerRequest: 0,
        connectTimeout: CONNECT_MILLISECONDS,
        commandTimeout: COMMAND_MILLISECONDS,
    });
    cache.on("error", onProblem);
    return cache;
}

/** Whether an error may be gone with a new connection and secrets that are read again. */
function isCurable(error: unknown): boolean {
    if (!(error instanceof Error)) return false;
    const code = "code" in error ? String(error.code) : "";
    return CURABLE_CODES.has(code) || CURABLE_MESSAGE.test(error.message);
}

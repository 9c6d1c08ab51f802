import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { setTimeout } from "node:timers/promises";
import { Pool } from "pg";
import { z } from "zod";
import { log } from "./log";
import type { JobSettings } from "./settings";

const CONNECT_MILLISECONDS = 30_000;
const RETRY_MILLISECONDS = 2_000;

/** PostgreSQL's codes for a password or a user that it does not take. */
const REFUSED_CODES = new Set(["28P01", "28000"]);

const secretSchema = z.object({ username: z.string().min(1), password: z.string().min(1) });

/**
 * Works with the database over TLS, which is verified against Node's certificates and those of NODE_EXTRA_CA_CERTS. The
 * password may be changed between reading the secret and using it: one that is refused is read again, once.
 */
export async function withDatabase<Result>(
    database: JobSettings["database"],
    work: (pool: Pool) => Promise<Result>,
): Promise<Result> {
    const pool = await connect(database).catch(async (error: unknown) => {
        const isRefused = error instanceof Error && "code" in error && REFUSED_CODES.has(String(error.code));
        if (!isRefused) throw error;
        log("the database refuses the password: it is read again");
        await setTimeout(RETRY_MILLISECONDS);
        return connect(database);
    });
    try {
        return await work(pool);
    } finally {
        await pool.end();
    }
}

async function connect({ host, port, name, secretArn }: JobSettings["database"]): Promise<Pool> {
    const { username, password } = await readSecret(secretArn);
    const pool = new Pool({
        ...{ host, port, database: name, user: username, password },
        ssl: true,
        max: 1,
        connectionTimeoutMillis: CONNECT_MILLISECONDS,
    });
    // Told of a connection that breaks while nobody uses it: the pool makes another.
    pool.on("error", () => undefined);
    try {
        await pool.query("select");
        return pool;
    } catch (error) {
        await pool.end();
        throw error;
    }
}

/** @throws Error that names the secret, and shows nothing of what it holds */
async function readSecret(secretArn: string): Promise<z.output<typeof secretSchema>> {
    const manager = new SecretsManagerClient({});
    try {
        const { SecretString = "" } = await manager.send(new GetSecretValueCommand({ SecretId: secretArn }));
        const { data } = secretSchema.safeParse(parsed(SecretString));
        if (data === undefined) throw new Error(`The secret ${secretArn} has no username and password`);
        return data;
    } finally {
        manager.destroy();
    }
}

/** Undefined for what is no JSON: JSON.parse's own message shows the beginning of the text. */
function parsed(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        return undefined;
    }
}

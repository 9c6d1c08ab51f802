import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { readFileSync } from "node:fs";
import { Pool } from "pg";
import { z } from "zod";
import { messageOf, UserError } from "./errors";
import { tlsDirOf, type Instance } from "./instance";
import { certificateFiles } from "./services/certificate";
import { HostClient } from "./services/client";
import { CLUSTER_TYPE } from "./services/database/records";

const CONNECT_MILLISECONDS = 10_000;

const clusterSchema = z.object({
    inputs: z.object({ databaseName: z.string() }),
    outputs: z.object({
        endpoint: z.string(),
        port: z.int(),
        masterUserSecrets: z.tuple([z.object({ secretArn: z.string() })]),
    }),
});
const credentialsSchema = z.object({ username: z.string(), password: z.string() });

/**
 * Connects to the database of a local stack that runs, as its master user, over TLS: found and unlocked as an application
 * does it on AWS, by the deployed cluster's outputs and its secret. The caller ends the pool.
 * @throws UserError where the stack or its database does not run, or no database is deployed
 */
export async function connectDatabase(instance: Instance): Promise<Pool> {
    const host = new HostClient(instance);
    const key = (await host.list()).find(({ type }) => type === CLUSTER_TYPE);
    const record = key === undefined ? undefined : await host.get(key.type, key.id);
    if (record === undefined) {
        const advice = 'Run "./bqx up" or "./bqx deploy".';
        throw new UserError(`No database is deployed in the local stack "${instance.stack}". ${advice}`);
    }
    const { inputs, outputs } = clusterSchema.parse(record);
    const { username, password } = await masterUser(instance, outputs.masterUserSecrets[0].secretArn);
    const pool = new Pool({
        host: outputs.endpoint,
        port: outputs.port,
        database: inputs.databaseName,
        user: username,
        password,
        ssl: { ca: readFileSync(certificateFiles(tlsDirOf(instance)).caPath) },
        connectionTimeoutMillis: CONNECT_MILLISECONDS,
    });
    // Told of a connection that breaks while nobody uses it: the pool makes another.
    pool.on("error", () => undefined);
    try {
        await pool.query("select");
        return pool;
    } catch (error) {
        await pool.end();
        const problem = `The database of the local stack "${instance.stack}" does not answer: ${messageOf(error)}.`;
        throw new UserError(`${problem} "./bqx status" says more.`, { cause: error });
    }
}

async function masterUser(
    { ports, region, accessKeyId, secretAccessKey }: Instance,
    secretArn: string,
): Promise<z.output<typeof credentialsSchema>> {
    const manager = new SecretsManagerClient({
        endpoint: `http://127.0.0.1:${ports.aws}`,
        region,
        credentials: { accessKeyId, secretAccessKey },
    });
    try {
        const { SecretString = "" } = await manager.send(new GetSecretValueCommand({ SecretId: secretArn }));
        return credentialsSchema.parse(JSON.parse(SecretString));
    } finally {
        manager.destroy();
    }
}

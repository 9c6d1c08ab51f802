import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Pool, type PoolConfig } from "pg";
import type { CertificateFiles } from "../../local/services/certificate";
import { createDatabaseService, postgresBinDir, purgeDatabase } from "../../local/services/database";
import { createSecretsManagerService } from "../../local/services/secretsmanager";
import { freePort, recordOf, Workplace } from "../local/services/process/workplace";

const PASSWORD = "of a test's own database";

/** A real PostgreSQL of a test's own. */
export interface TestDatabase {
    readonly pool: Pool;
    /** How another process connects to it; JSON holds it. */
    readonly config: PoolConfig;
    /** Stops the server and removes its data. */
    remove(): Promise<void>;
}

/**
 * Starts the local stack's database service with an empty cluster; takes some seconds.
 * @param shared the certificate of a server beside it @default one of its own
 */
export async function startDatabase(shared?: CertificateFiles): Promise<TestDatabase> {
    const place = new Workplace();
    const secrets = createSecretsManagerService(place.context("secretsmanager"));
    await secrets.start();
    const port = await freePort();
    const certificate = shared ?? (await place.certificate());
    const service = createDatabaseService(place.context("rds"), {
        ...{ port, binDir: postgresBinDir(), certificate, secrets, metrics: place },
    });
    const cluster = recordOf("aws:rds/cluster:Cluster", "bqx-ml-test", {
        ...{ masterUsername: "bqx", masterPassword: PASSWORD, databaseName: "bqx", skipFinalSnapshot: true },
    });
    place.keep(cluster);
    await service.start();
    const ca = readFileSync(certificate.caPath, "utf8");
    const access = { host: "127.0.0.1", port, user: "bqx", database: "bqx", password: PASSWORD };
    const config: PoolConfig = { ...access, ssl: { ca } };
    const pool = new Pool(config);
    pool.on("error", () => undefined);
    return {
        pool,
        config,
        async remove() {
            await pool.end();
            await service.stop();
            await secrets.stop();
            await purgeDatabase(join(place.dir, "rds"));
            place.remove();
        },
    };
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Redis, type RedisOptions } from "ioredis";
import { createCacheService, purgeCache } from "../../local/services/cache";
import type { CertificateFiles } from "../../local/services/certificate";
import { ensureValkey } from "../../local/toolchain/valkey";
import { freePort, recordOf, Workplace } from "../local/services/process/workplace";

const TOKEN = "token-of-a-tests-own-cache";

/** A real Valkey of a test's own. */
export interface TestCache {
    readonly redis: Redis;
    /** How another client connects to it; JSON holds it. */
    readonly config: RedisOptions;
    /** Stops the server and removes its data. */
    remove(): Promise<void>;
}

/**
 * Starts the local stack's cache service with an empty replication group.
 * @param shared the certificate of a server beside it @default one of its own
 */
export async function startCache(shared?: CertificateFiles): Promise<TestCache> {
    const place = new Workplace();
    const port = await freePort();
    const certificate = shared ?? (await place.certificate());
    const service = createCacheService(place.context("elasticache"), {
        ...{ port, certificate, metrics: place, binaryPath: await ensureValkey(() => undefined) },
    });
    const group = recordOf("aws:elasticache/replicationGroup:ReplicationGroup", "bqx-ml-test", {
        ...{ engineVersion: "8.0", nodeType: "cache.t4g.micro" },
        ...{ transitEncryptionEnabled: true, authToken: TOKEN },
    });
    await service.applied?.(group);
    const ca = readFileSync(certificate.caPath, "utf8");
    const config: RedisOptions = { host: "127.0.0.1", port, password: TOKEN, tls: { ca } };
    const redis = new Redis(config);
    return {
        redis,
        config,
        async remove() {
            redis.disconnect();
            await service.stop();
            await purgeCache(join(place.dir, "elasticache"));
            place.remove();
        },
    };
}

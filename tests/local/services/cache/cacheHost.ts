import { createCacheService } from "../../../../local/services/cache";
import type { ResourceRecord } from "../../../../local/services/service";
import { Workplace } from "../process/workplace";

// A host in a process of its own, for a test to kill. Arguments: the workplace's folder, the port, Valkey's binary, the
// group's record.
async function main([dir, port, binaryPath, record]: readonly string[]): Promise<void> {
    const place = new Workplace(dir);
    const cache = createCacheService(place.context("elasticache"), {
        port: Number(port),
        binaryPath: binaryPath ?? "",
        certificate: await place.certificate(),
        metrics: place,
    });
    place.keep(JSON.parse(record ?? "") as ResourceRecord);
    await cache.start();
    process.send?.(cache.pid);
}

void main(process.argv.slice(2));

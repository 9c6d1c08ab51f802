import { postgresBinDir, createDatabaseService } from "../../../../local/services/database";
import { createSecretsManagerService } from "../../../../local/services/secretsmanager";
import type { ResourceRecord } from "../../../../local/services/service";
import { Workplace } from "../process/workplace";

// A host in a process of its own, for a test to kill. Arguments: the workplace's folder, the port, the cluster's record.
async function main([dir, port, record]: readonly string[]): Promise<void> {
    const place = new Workplace(dir);
    const secrets = createSecretsManagerService(place.context("secretsmanager"));
    await secrets.start();
    const database = createDatabaseService(place.context("rds"), {
        port: Number(port),
        binDir: postgresBinDir(),
        certificate: await place.certificate(),
        secrets,
        metrics: place,
    });
    place.keep(JSON.parse(record ?? "") as ResourceRecord);
    await database.start();
    process.send?.(database.pid);
}

void main(process.argv.slice(2));

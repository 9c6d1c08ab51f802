import type { Instance } from "../instance";
import { createCacheService } from "./cache";
import type { CertificateFiles } from "./certificate";
import { createCloudWatchService, type CloudWatchService } from "./cloudwatch";
import { createDatabaseService } from "./database";
import { createS3Service } from "./s3";
import { createSecretsManagerService } from "./secretsmanager";
import type { LocalService, ServiceContext } from "./service";
import { createSnsService, type NotificationLog } from "./sns";

/** Programs of other makers that the services run. */
export interface Tools {
    /** Folder of PostgreSQL's `postgres` and `initdb`. */
    readonly postgresDir: string;
    readonly valkeyServer: string;
}

/** All services of a host, and those that the console reads of. */
export interface Services {
    /** In the order in which they start: what others build on comes first. */
    readonly all: readonly LocalService[];
    readonly cloudwatch: Pick<CloudWatchService, "alarms">;
    readonly sns: NotificationLog;
}

/** Makes the services and introduces those to each other that work together. */
export function createServices(
    contextOf: (service: string) => ServiceContext,
    ports: Instance["ports"],
    tools: Tools,
    certificate: CertificateFiles,
): Services {
    const secrets = createSecretsManagerService(contextOf("secretsmanager"));
    const sns = createSnsService(contextOf("sns"));
    const cloudwatch = createCloudWatchService(contextOf("cloudwatch"), {
        notify: (topicArn, subject, message) => void sns.publish(topicArn, subject, message),
    });
    const shared = { certificate, metrics: cloudwatch };
    const database = createDatabaseService(contextOf("database"), {
        ...shared,
        secrets,
        port: ports.database,
        binDir: tools.postgresDir,
    });
    const cache = createCacheService(contextOf("cache"), {
        ...shared,
        port: ports.cache,
        binaryPath: tools.valkeyServer,
    });
    const s3 = createS3Service(contextOf("s3"));
    return { all: [s3, secrets, sns, cloudwatch, database, cache], cloudwatch, sns };
}

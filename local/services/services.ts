import { readClock } from "../clock";
import { imagesOf } from "../images";
import type { Instance } from "../instance";
import { createCacheService } from "./cache";
import type { CertificateFiles } from "./certificate";
import { createCloudWatchService, type CloudWatchService } from "./cloudwatch";
import { createDatabaseService } from "./database";
import { createLambdaService } from "./lambda";
import { createLogsService, type LogSink } from "./logs";
import { createS3Service } from "./s3";
import { createSageMakerService } from "./sagemaker";
import { createSchedulerService } from "./scheduler";
import { createSecretsManagerService } from "./secretsmanager";
import type { LocalService, ServiceContext } from "./service";
import { createSnsService, type NotificationLog, type NotificationPublisher } from "./sns";
import { createStepFunctionsService } from "./stepfunctions";

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
    instance: Instance,
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
        port: instance.ports.database,
        binDir: tools.postgresDir,
    });
    const cache = createCacheService(contextOf("cache"), {
        ...shared,
        port: instance.ports.cache,
        binaryPath: tools.valkeyServer,
    });
    const s3 = createS3Service(contextOf("s3"));
    const logs = createLogsService(contextOf("logs"));
    const stores = [s3, secrets, sns, cloudwatch, logs, database, cache];
    const compute = createCompute(contextOf, instance, certificate, { cloudwatch, logs, sns });
    return { all: [...stores, ...compute], cloudwatch, sns };
}

interface Watchers {
    readonly cloudwatch: CloudWatchService;
    readonly logs: LogSink;
    readonly sns: NotificationPublisher;
}

/** The services that run code: functions, jobs, and what starts them. */
function createCompute(
    contextOf: (service: string) => ServiceContext,
    instance: Instance,
    { caPath }: CertificateFiles,
    { cloudwatch: metrics, logs, sns }: Watchers,
): LocalService[] {
    const surroundings = {
        endpointUrl: `http://127.0.0.1:${instance.ports.aws}`,
        credentials: instance,
        caPath,
        clock: () => readClock(instance.dir),
    };
    const lambda = createLambdaService(contextOf("lambda"), { ...surroundings, logs, metrics });
    const jobs = createSageMakerService(contextOf("sagemaker"), {
        ...surroundings,
        ...{ logs, metrics },
        images: imagesOf(instance),
    });
    const machines = createStepFunctionsService(contextOf("stepfunctions"), {
        ...{ jobs, lambda, metrics, logs },
        publish: (topicArn, subject, message) => Promise.resolve(sns.publish(topicArn, subject, message)),
    });
    const scheduler = createSchedulerService(contextOf("scheduler"), {
        targets: {
            lambda,
            stateMachines: { start: (arn, input) => machines.startExecution(arn, input) },
        },
        metrics,
        clock: surroundings.clock,
    });
    return [lambda, jobs, machines, scheduler];
}

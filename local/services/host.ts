import { appendFileSync, mkdirSync } from "node:fs";
import type { Server } from "node:http";
import { dirname, join } from "node:path";
import { createConsole, type Console } from "../console/server";
import { stagesOf, type NotificationStatus, type ServiceStatus, type StackStatus } from "../console/status";
import { readDeployment } from "../deployment";
import { messageOf, UserError } from "../errors";
import { dataDirOf, isFree, type Instance } from "../instance";
import type { CertificateFiles } from "./certificate";
import { createControl } from "./control";
import { createGateway } from "./gateway";
import { boundLog } from "./process/logFile";
import { ResourceStore } from "./resourceStore";
import { createSealer } from "./seal";
import type { LocalService, ResourceRecord, ServiceContext } from "./service";
import { createServices, type Services, type Tools } from "./services";
import type { Notification } from "./sns";

const NOTIFICATIONS_SHOWN = 20;
const BUDGET_TYPE = "aws:budgets/budget:Budget";

/** One stack's services, its AWS gateway and its console, in one process. */
export class Host {
    private readonly startedAt = new Date();
    private readonly store: ResourceStore;
    private readonly services: Services;
    private readonly gateway: Server;
    private readonly console: Console;

    constructor(
        private readonly instance: Instance,
        tools: Tools,
        certificate: CertificateFiles,
    ) {
        const sealer = createSealer(instance.sealKey);
        this.store = new ResourceStore(join(instance.dir, "resources"), sealer);
        const contextOf = (name: string): ServiceContext => ({
            stack: instance.stack,
            account: instance.account,
            region: instance.region,
            dataDir: makeDataDir(instance, name),
            resources: this.store,
            seal: (plain) => sealer.seal(plain),
            unseal: (sealed) => sealer.unseal(sealed),
            log: (message) => this.log(name, message),
        });
        this.services = createServices(contextOf, instance, tools, certificate);
        this.gateway = createGateway({
            services: this.services.all,
            account: instance.account,
            region: instance.region,
            credentials: instance,
            control: createControl(this, instance.controlToken),
            log: (message) => this.log("gateway", message),
        });
        this.console = createConsole({
            status: () => this.status(),
            onError: (error) => this.log("console", messageOf(error)),
        });
    }

    /** Starts everything that is deployed, then opens the ports: who can connect finds all of it running. */
    async start(): Promise<void> {
        for (const name of ["console", "aws"] as const) {
            const port = this.instance.ports[name];
            if (!(await isFree(port))) {
                throw new UserError(
                    `Port ${port} (${name} of the local stack ${this.instance.stack}) is in use by another program. ` +
                        `Stop that program, or remove the stack with "./bqx down --purge" to have it take other ports.`,
                );
            }
        }
        for (const service of this.services.all) await service.start();
        await this.console.listen(this.instance.ports.console);
        await new Promise<void>((resolve, reject) => {
            this.gateway.once("error", reject);
            this.gateway.listen(this.instance.ports.aws, "127.0.0.1", resolve);
        });
        this.log("host", `stack ${this.instance.stack} is up`);
    }

    async stop(): Promise<void> {
        this.gateway.close();
        this.gateway.closeAllConnections();
        await this.console.close();
        // The last to start is the first to stop: what others build on goes last.
        for (const service of [...this.services.all].reverse()) {
            await service
                .stop()
                .catch((error: unknown) => this.log(service.name, `stop: ${messageOf(error)}`));
        }
        this.log("host", "stopped");
    }

    /** Makes a record run, then keeps it. Answers what its services add to its outputs. */
    async put(record: ResourceRecord): Promise<Record<string, unknown>> {
        const added: Record<string, unknown> = {};
        for (const service of this.runnersOf(record.type))
            Object.assign(added, await service.applied?.(record));
        this.store.put({ ...record, outputs: { ...record.outputs, ...added } });
        return added;
    }

    /** Stops what runs for a record, then drops it. A record that is not there is no error. */
    async remove(type: string, id: string): Promise<void> {
        const record = this.store.get(type, id);
        if (record === undefined) return;
        for (const service of this.runnersOf(type)) await service.removing?.(record);
        this.store.remove(type, id);
    }

    get(type: string, id: string): ResourceRecord | undefined {
        return this.store.get(type, id);
    }

    all(): readonly ResourceRecord[] {
        return this.store.all();
    }

    async status(): Promise<StackStatus> {
        const services = await Promise.all(this.services.all.map(statusOf));
        const runners = this.services.all.map(({ name, resourceTypes }, i) => ({
            ...{ name, resourceTypes },
            healthy: services[i]?.healthy ?? false,
        }));
        const budget = this.store.ofType(BUDGET_TYPE)[0]?.inputs;
        return {
            project: "bqx-ml",
            stack: this.instance.stack,
            target: "local",
            account: this.instance.account,
            region: this.instance.region,
            startedAt: this.startedAt.toISOString(),
            now: new Date().toISOString(),
            services,
            stages: stagesOf(this.store.all(), runners),
            deployment: readDeployment(this.instance.dir),
            alarms: this.services.cloudwatch.alarms(),
            notifications: this.services.sns.recentNotifications(NOTIFICATIONS_SHOWN).map(notificationOf),
            ...(budget === undefined ? {} : { budget: budgetOf(budget) }),
            endpoint: null,
            pairs: [],
        };
    }

    private runnersOf(type: string): LocalService[] {
        return this.services.all.filter(({ resourceTypes }) => resourceTypes.includes(type));
    }

    private log(source: string, message: string): void {
        const path = join(this.instance.dir, "logs", "services.log");
        mkdirSync(dirname(path), { recursive: true });
        boundLog(path);
        appendFileSync(path, `${new Date().toISOString()} ${source}: ${message}\n`, { mode: 0o600 });
    }
}

function makeDataDir(instance: Instance, service: string): string {
    const dir = dataDirOf(instance, service);
    mkdirSync(dir, { recursive: true, mode: 0o711 });
    return dir;
}

async function statusOf(service: LocalService): Promise<ServiceStatus> {
    const { name, title } = service;
    try {
        const { figures = [], ...health } = await service.health();
        return { name, title, ...health, figures };
    } catch (error) {
        return { name, title, healthy: false, detail: messageOf(error), figures: [] };
    }
}

function notificationOf({ topicArn, subject, publishedAt, deliveries }: Notification): NotificationStatus {
    return {
        topic: topicArn.split(":").at(-1) ?? topicArn,
        subject: subject ?? "(no subject)",
        at: publishedAt,
        deliveries: deliveries.map(({ protocol, endpoint, status }) => `${protocol} ${endpoint}: ${status}`),
    };
}

function budgetOf(inputs: Readonly<Record<string, unknown>>): { limitUsd: number; alarmsUsd: number[] } {
    const notifications = (inputs["notifications"] ?? []) as {
        notificationType: string;
        threshold: number;
    }[];
    const actual = notifications.filter(({ notificationType }) => notificationType === "ACTUAL");
    return {
        limitUsd: Number(inputs["limitAmount"]),
        alarmsUsd: actual.map(({ threshold }) => threshold).sort((a, b) => a - b),
    };
}

import type { Figure, LocalService, ResourceRecord } from "../services/service";

/**
 * Everything that is known of one running stack: what the host produces, the console draws and `./bqx status --json`
 * prints. It holds no inputs and no outputs of resources, so that no secret can reach a page or a terminal. Times are
 * ISO 8601 in UTC; amounts are in US dollars a month.
 */
export interface StackStatus {
    readonly project: "bqx-ml";
    readonly stack: string;
    readonly target: "local";
    /** The 12 digits of the account that the stack believes to be in. */
    readonly account: string;
    readonly region: string;
    /** When the host process started. */
    readonly startedAt: string;
    /** When this status was computed. */
    readonly now: string;
    readonly services: readonly ServiceStatus[];
    readonly stages: readonly StageStatus[];
    readonly deployment: DeploymentStatus;
    readonly alarms: readonly AlarmStatus[];
    /** Newest first. */
    readonly notifications: readonly NotificationStatus[];
    /** Absent while no budget is deployed. */
    readonly budget?: BudgetStatus;
    /** Null while no endpoint is deployed. */
    readonly endpoint: EndpointStatus | null;
    readonly pairs: readonly PairStatus[];
}

/** One service of the host. */
export interface ServiceStatus {
    /** Short name, unique in the host: `s3`. */
    readonly name: string;
    /** What a person calls it: `S3`. */
    readonly title: string;
    readonly healthy: boolean;
    /** One sentence: what runs, or what is wrong and what to do. */
    readonly detail: string;
    /** `host:port`, where the service has an address of its own. */
    readonly address?: string;
    readonly figures: readonly Figure[];
}

/** One stage component of the program, with what it deployed. */
export interface StageStatus {
    /** The component's type in camel case: `featureStore`. */
    readonly name: string;
    /** The same in words: `Feature store`. */
    readonly title: string;
    /** True where every service that runs its resources is healthy. */
    readonly healthy: boolean;
    /** In creation order. */
    readonly resources: readonly StageResource[];
    /** Names of the services that run its resources, in the host's order. */
    readonly services: readonly string[];
}

/** A resource as far as it may be shown: never its inputs or outputs. */
export interface StageResource {
    /** Pulumi's type token: `aws:s3/bucket:Bucket`. */
    readonly type: string;
    /** The logical name in the program. */
    readonly name: string;
    /** The physical id. */
    readonly id: string;
}

/** The last operation of the engine on this stack. */
export interface DeploymentStatus {
    readonly state: "never" | "running" | "succeeded" | "failed";
    /** When it started. */
    readonly at?: string;
    readonly seconds?: number;
    readonly changes?: DeploymentChanges;
    /** Why it failed. */
    readonly message?: string;
}

/** Counts of resources by what was done to them. */
export interface DeploymentChanges {
    readonly create: number;
    readonly update: number;
    readonly replace: number;
    readonly delete: number;
    readonly same: number;
}

/** A CloudWatch metric alarm. `threshold` is in the metric's own unit. */
export interface AlarmStatus {
    readonly name: string;
    readonly state: "OK" | "ALARM" | "INSUFFICIENT_DATA";
    readonly reason: string;
    readonly metricName: string;
    readonly namespace: string;
    readonly threshold: number;
    readonly updatedAt: string;
}

/** A message that was published to a topic, and what became of each delivery. */
export interface NotificationStatus {
    readonly topic: string;
    readonly subject: string;
    readonly at: string;
    readonly deliveries: readonly string[];
}

export interface BudgetStatus {
    readonly limitUsd: number;
    /** Thresholds that notify, lowest first. */
    readonly alarmsUsd: readonly number[];
}

export interface EndpointStatus {
    readonly name: string;
    /** SageMaker's own word: `InService`, `Updating`. */
    readonly state: string;
    /** The digest of the release that it serves. */
    readonly release: string;
}

/** One currency pair that is served. */
export interface PairStatus {
    readonly pair: string;
    readonly modelVersion: string;
}

/** What `stagesOf` needs to know of a service. */
export type StageService = Pick<LocalService, "name" | "resourceTypes"> & Pick<ServiceStatus, "healthy">;

/**
 * Groups deployed records by the stage component that they belong to, sorted by the stage's name. A stage with no
 * record is absent; records outside any stage are left out, as are stages of other programs by construction.
 */
export function stagesOf(
    records: readonly ResourceRecord[],
    services: readonly StageService[],
): readonly StageStatus[] {
    const byStage = new Map<string, StageResource[]>();
    for (const { urn, type, id } of records) {
        const { stage, name } = partsOf(urn);
        if (stage === undefined) continue;
        const resources = byStage.get(stage) ?? [];
        resources.push({ type, name, id });
        byStage.set(stage, resources);
    }
    return [...byStage]
        .map(([stage, resources]) => {
            const types = new Set(resources.map(({ type }) => type));
            const runners = services.filter((service) =>
                service.resourceTypes.some((type) => types.has(type)),
            );
            return {
                name: stage.charAt(0).toLowerCase() + stage.slice(1),
                title: titleOf(stage),
                healthy: runners.every(({ healthy }) => healthy),
                resources,
                services: runners.map(({ name }) => name),
            };
        })
        .sort((a, b) => (a.name < b.name ? -1 : 1));
}

const STAGE_TYPE = "bqx:stage:";

/** `urn:pulumi:<stack>::<project>::<types, outermost first, joined by $>::<name>`; the name itself may hold `::`. */
function partsOf(urn: string): { stage: string | undefined; name: string } {
    const [, , types = "", ...name] = urn.split("::");
    const stage = types.split("$").find((type) => type.startsWith(STAGE_TYPE));
    return { stage: stage?.slice(STAGE_TYPE.length), name: name.join("::") };
}

/** `FeatureStore` to `Feature store`. */
function titleOf(stage: string): string {
    if (stage === "Api") return "API";
    return stage.replaceAll(/(?<!^)[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

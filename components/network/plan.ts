import type { Settings } from "../../config/settings";

/** Who talks to whom in the VPC. `endpoints` exists where there are interface endpoints. */
export type GroupName = "lambda" | "jobs" | "database" | "cache" | "endpoints";

/** One direction of one conversation over TCP. A rule has either a `peer` or is open to every IPv4 address. */
export interface RulePlan {
    readonly name: string;
    readonly group: GroupName;
    readonly direction: "ingress" | "egress";
    readonly port: number;
    readonly peer: GroupName | "anywhere";
    readonly description: string;
}

export interface NetworkPlan {
    readonly natStrategy: "None" | "Single" | "OnePerAz";
    /** Prefix lengths: of the part of the VPC that a zone gets, and of the subnets in it. */
    readonly prefixes: { readonly zone: number; readonly private: number; readonly public: number };
    /** Security groups to make, with what they are for. */
    readonly groups: readonly { readonly name: GroupName; readonly description: string }[];
    readonly rules: readonly RulePlan[];
}

const HTTPS_PORT = 443;
const POSTGRES_PORT = 5432;
const CACHE_PORT = 6379;

const NAT_STRATEGY = { none: "None", single: "Single", onePerZone: "OnePerAz" } as const;

const DESCRIPTIONS: Record<GroupName, string> = {
    lambda: "Lambda functions",
    jobs: "SageMaker jobs and endpoints",
    database: "Aurora PostgreSQL",
    cache: "ElastiCache for Valkey",
    endpoints: "Interface endpoints of AWS services",
};

/** Decides what the network consists of. */
export function planNetwork({ network, database }: Pick<Settings, "network" | "database">): NetworkPlan {
    const { cidrBlock, nat, interfaceEndpoints } = network;
    const names: GroupName[] = ["lambda", "jobs"];
    // An adopted cluster brings its own security group, which gets the same rules.
    if (database.adopt === undefined) names.push("database");
    names.push("cache");
    if (interfaceEndpoints.length > 0) names.push("endpoints");
    return {
        natStrategy: NAT_STRATEGY[nat],
        prefixes: prefixesIn(cidrBlock),
        groups: names.map((name) => ({ name, description: DESCRIPTIONS[name] })),
        rules: rulesOf(interfaceEndpoints.length > 0),
    };
}

/**
 * A zone gets a quarter of the range however many zones there are, so that a third can be added without moving the
 * other two; a private subnet is half of its zone, a public one, which holds a NAT gateway alone, an eighth.
 */
function prefixesIn(cidrBlock: string): NetworkPlan["prefixes"] {
    const vpc = Number(cidrBlock.split("/")[1]);
    return { zone: vpc + 2, private: vpc + 3, public: vpc + 5 };
}

function rulesOf(withEndpoints: boolean): RulePlan[] {
    return [
        ...conversation("lambda", "database", POSTGRES_PORT),
        ...conversation("jobs", "database", POSTGRES_PORT),
        ...conversation("lambda", "cache", CACHE_PORT),
        ...(["lambda", "jobs"] as const).flatMap((group) => [
            rule(group, "egress", HTTPS_PORT, "anywhere"),
            // What leaves to anywhere reaches the endpoints too: only their side needs opening.
            ...(withEndpoints ? [rule("endpoints", "ingress", HTTPS_PORT, group)] : []),
        ]),
    ];
}

function conversation(from: GroupName, to: GroupName, port: number): RulePlan[] {
    return [rule(from, "egress", port, to), rule(to, "ingress", port, from)];
}

function rule(
    group: GroupName,
    direction: RulePlan["direction"],
    port: number,
    peer: RulePlan["peer"],
): RulePlan {
    const word = direction === "egress" ? "to" : "from";
    return {
        name: `${group}-${word}-${peer}`,
        group,
        direction,
        port,
        peer,
        description: `TCP ${port} ${word} ${peer}`,
    };
}

/** The AWS name of the service behind an endpoint, such as `com.amazonaws.us-east-1.s3`. */
export function serviceName(region: string, service: string): string {
    return `com.amazonaws.${region}.${service}`;
}

/** The route tables of some subnets, in the order of the associations. */
export function routeTablesOf(
    associations: readonly { readonly subnetId?: string; readonly routeTableId: string }[],
    subnetIds: readonly string[],
): string[] {
    return associations
        .filter(({ subnetId }) => subnetId !== undefined && subnetIds.includes(subnetId))
        .map(({ routeTableId }) => routeTableId);
}

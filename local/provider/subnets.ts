/** What a layer of subnets is for. `Unused` keeps space free. */
export type SubnetType = "Public" | "Private" | "Isolated" | "Unused";

/** A layer of subnets, one in each availability zone. */
export interface SubnetSpec {
    readonly type: SubnetType;
    /** Part of the subnets' names. @default the type in lower case */
    readonly name?: string;
    /** Prefix length of each subnet: 24 for 256 addresses. @default an even share of the zone */
    readonly cidrMask?: number;
    /** Addresses in each subnet, a power of two: the same said otherwise. */
    readonly size?: number;
    /** Ranges, one for each zone, in place of computed ones. Then every layer must have them. */
    readonly cidrBlocks?: readonly string[];
}

/** What to lay out. */
export interface SubnetPlan {
    /** Range of the VPC: `10.0.0.0/16`. */
    readonly vpcCidr: string;
    readonly zones: readonly string[];
    /** Layers in order of address. @default a private and a half as large public one */
    readonly specs?: readonly SubnetSpec[];
    /** Prefix length of each zone's part of the VPC. @default an even share */
    readonly zoneMask?: number;
}

/** One subnet of the layout. */
export interface PlannedSubnet {
    readonly type: Exclude<SubnetType, "Unused">;
    /** Name after the VPC's: `public-1`. */
    readonly suffix: string;
    readonly zone: string;
    readonly cidrBlock: string;
    /** Which of the plan's layers it belongs to. */
    readonly layer: number;
}

interface Block {
    readonly start: number;
    readonly prefix: number;
}

/** Without a layout of their own, subnets use at most this much of a zone, and are not made smaller than /28. */
const LARGEST_DEFAULT_ZONE = 16;
const SMALLEST_DEFAULT_ZONE = 26;

/** The layers of a plan, with each prefix length filled in. */
export function resolveSpecs(plan: SubnetPlan): readonly SubnetSpec[] {
    const zone = zonePrefix(plan);
    if (plan.specs === undefined) {
        if (zone > SMALLEST_DEFAULT_ZONE) {
            throw new Error(
                `each zone gets a /${zone}; allowed for the default subnets: at least a /${SMALLEST_DEFAULT_ZONE}`,
            );
        }
        const top = Math.max(zone, LARGEST_DEFAULT_ZONE);
        return [
            { type: "Private", cidrMask: top + 1 },
            { type: "Public", cidrMask: top + 2 },
        ];
    }
    if (plan.specs.length === 0) throw new Error("subnetSpecs is empty; allowed: at least one");
    const share = zone + bitsFor(plan.specs.length);
    return plan.specs.map((spec) =>
        spec.cidrBlocks === undefined
            ? { ...spec, cidrMask: spec.cidrMask ?? maskOfSize(spec.size) ?? share }
            : spec,
    );
}

/**
 * Lays subnets out as awsx's strategy `Auto` does: the VPC is divided evenly between the zones, and within a zone each
 * layer follows the one before at the next address its size is aligned to. Throws where they do not fit.
 */
export function planSubnets(plan: SubnetPlan): readonly PlannedSubnet[] {
    const specs = resolveSpecs(plan);
    refuseSameNames(specs);
    const vpc = parse(plan.vpcCidr);
    const blocks = specs.some(({ cidrBlocks }) => cidrBlocks !== undefined)
        ? explicitBlocks(specs, plan.zones)
        : plan.zones.map((_, index) => zoneBlocks(vpc, zonePrefix(plan), index, specs));
    refuseOverlaps(blocks.flat(), vpc, plan.vpcCidr);
    return plan.zones.flatMap((zone, index) =>
        specs.flatMap(({ type, name }, layer) => {
            const block = blocks[index]?.[layer];
            if (type === "Unused" || block === undefined) return [];
            const suffix = `${name ?? type.toLowerCase()}-${index + 1}`;
            return [{ type, suffix, zone, cidrBlock: format(block), layer }];
        }),
    );
}

function zoneBlocks(vpc: Block, prefix: number, index: number, specs: readonly SubnetSpec[]): Block[] {
    const zoneStart = vpc.start + index * sizeOf(prefix);
    const zoneEnd = zoneStart + sizeOf(prefix);
    let next = zoneStart;
    return specs.map(({ cidrMask = prefix }) => {
        const size = sizeOf(cidrMask);
        const block = { start: Math.ceil(next / size) * size, prefix: cidrMask };
        next = block.start + size;
        if (next > zoneEnd) {
            const wanted = specs.map((spec) => `/${spec.cidrMask ?? prefix}`).join(", ");
            throw new Error(`subnets of ${wanted} do not fit into a zone of /${prefix}`);
        }
        return block;
    });
}

function explicitBlocks(specs: readonly SubnetSpec[], zones: readonly string[]): Block[][] {
    for (const { type, name, cidrBlocks } of specs) {
        if (cidrBlocks?.length === zones.length) continue;
        const got = cidrBlocks === undefined ? "none" : String(cidrBlocks.length);
        throw new Error(
            `cidrBlocks of ${name ?? type}: got ${got}; allowed: ${zones.length}, one for each zone`,
        );
    }
    return zones.map((_, index) => specs.map(({ cidrBlocks }) => parse(cidrBlocks?.[index] ?? "")));
}

function refuseSameNames(specs: readonly SubnetSpec[]): void {
    const names = specs
        .filter(({ type }) => type !== "Unused")
        .map(({ name, type }) => name ?? type.toLowerCase());
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) throw new Error(`subnetSpecs name "${twice}" twice; allowed: each name once`);
}

function refuseOverlaps(blocks: readonly Block[], vpc: Block, vpcCidr: string): void {
    const vpcEnd = vpc.start + sizeOf(vpc.prefix);
    const outside = blocks.find(({ start, prefix }) => start < vpc.start || start + sizeOf(prefix) > vpcEnd);
    if (outside !== undefined)
        throw new Error(`subnet ${format(outside)} is not inside the VPC's ${vpcCidr}`);
    const sorted = [...blocks].sort((left, right) => left.start - right.start);
    sorted.forEach((block, index) => {
        const before = sorted[index - 1];
        if (before !== undefined && before.start + sizeOf(before.prefix) > block.start) {
            throw new Error(`subnets ${format(before)} and ${format(block)} overlap`);
        }
    });
}

function zonePrefix({ vpcCidr, zones, zoneMask }: SubnetPlan): number {
    return zoneMask ?? parse(vpcCidr).prefix + bitsFor(zones.length);
}

function maskOfSize(size: number | undefined): number | undefined {
    if (size === undefined) return undefined;
    const bits = Math.log2(size);
    if (!Number.isInteger(bits)) throw new Error(`size: got ${size}; allowed: a power of two`);
    return 32 - bits;
}

/** Bits that number `count` parts. */
function bitsFor(count: number): number {
    return Math.ceil(Math.log2(count));
}

function sizeOf(prefix: number): number {
    return 2 ** (32 - prefix);
}

function parse(cidr: string): Block {
    const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr);
    const [a = NaN, b = NaN, c = NaN, d = NaN, prefix = NaN] = (match?.slice(1) ?? []).map(Number);
    const start = ((a * 256 + b) * 256 + c) * 256 + d;
    if (!(Math.max(a, b, c, d) <= 255 && prefix <= 32 && start % sizeOf(prefix) === 0)) {
        throw new Error(`got "${cidr}"; allowed: an IPv4 range such as 10.0.0.0/16, with its first address`);
    }
    return { start, prefix };
}

function format({ start, prefix }: Block): string {
    return `${[24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256).join(".")}/${prefix}`;
}

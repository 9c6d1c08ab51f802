import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { type PlannedSubnet, planSubnets, resolveSpecs, type SubnetSpec } from "./subnets";

/** Zones that awsx uses where the program names none. */
const DEFAULT_ZONES = 3;

const subnetSpec = z.strictObject({
    type: z.enum(["Public", "Private", "Isolated", "Unused"]),
    name: z.string().optional(),
    cidrMask: z.int().min(16).max(28).optional(),
    size: z.int().min(16).max(65536).optional(),
    cidrBlocks: z.array(z.string()).optional(),
    tags: z.record(z.string(), z.string()).optional(),
});

/**
 * The arguments of awsx.ec2.Vpc that decide which resources there are, so they must be plain values, and those that are
 * passed through to them.
 */
const vpcArgs = z
    .strictObject({
        availabilityZoneCidrMask: z.int().min(16).max(28).optional(),
        availabilityZoneNames: z.array(z.string()).min(1).optional(),
        cidrBlock: z.string().default("10.0.0.0/16"),
        enableDnsHostnames: z.custom<pulumi.Input<boolean>>().optional(),
        enableDnsSupport: z.custom<pulumi.Input<boolean>>().optional(),
        enableNetworkAddressUsageMetrics: z.custom<pulumi.Input<boolean>>().optional(),
        instanceTenancy: z.custom<pulumi.Input<string>>().optional(),
        natGateways: z
            .strictObject({
                strategy: z.enum(["None", "Single", "OnePerAz"]),
                elasticIpAllocationIds: z.array(z.custom<pulumi.Input<string>>()).optional(),
            })
            .optional(),
        numberOfAvailabilityZones: z.int().min(1).optional(),
        subnetSpecs: z.array(subnetSpec).optional(),
        subnetStrategy: z.enum(["Auto", "Legacy"]).optional(),
        tags: z.custom<pulumi.Input<Record<string, pulumi.Input<string>>>>().optional(),
        vpcEndpointSpecs: z.array(z.looseObject({ serviceName: z.string() })).optional(),
    })
    .refine(
        (args) => args.availabilityZoneNames === undefined || args.numberOfAvailabilityZones === undefined,
        {
            message: "got both availabilityZoneNames and numberOfAvailabilityZones; allowed: one of them",
        },
    )
    .refine((args) => args.subnetSpecs === undefined || args.subnetStrategy === "Auto", {
        message: 'subnetStrategy: subnetSpecs are laid out here by the strategy "Auto" only',
    });

type VpcArgs = z.output<typeof vpcArgs>;

/** Tags of a child: awsx gives every child the VPC's tags and a Name. */
type Tagger = (own: Record<string, string>) => pulumi.Output<Record<string, string>>;

/**
 * awsx.ec2.Vpc as awsx 3 builds it: the same children under the same names and parents, so that a program sees the same
 * URNs and outputs. Left out: IPv6, IPAM, and the strategies Legacy (with own layers), AutoMerge and Exact.
 */
export class Vpc extends pulumi.ComponentResource {
    readonly vpc: aws.ec2.Vpc;
    readonly internetGateway: aws.ec2.InternetGateway;
    readonly subnets: aws.ec2.Subnet[] = [];
    readonly publicSubnets: aws.ec2.Subnet[] = [];
    readonly privateSubnets: aws.ec2.Subnet[] = [];
    readonly isolatedSubnets: aws.ec2.Subnet[] = [];
    readonly routeTables: aws.ec2.RouteTable[] = [];
    readonly routeTableAssociations: aws.ec2.RouteTableAssociation[] = [];
    readonly routes: aws.ec2.Route[] = [];
    readonly natGateways: aws.ec2.NatGateway[] = [];
    readonly eips: aws.ec2.Eip[] = [];
    readonly vpcEndpoints: aws.ec2.VpcEndpoint[] = [];
    readonly subnetLayout: readonly SubnetSpec[];

    private constructor(
        private readonly name: string,
        private readonly args: VpcArgs,
        zones: readonly string[],
        options: pulumi.ComponentResourceOptions,
    ) {
        super("awsx:ec2:Vpc", name, {}, options);
        const plan = {
            vpcCidr: args.cidrBlock,
            zones,
            specs: args.subnetSpecs,
            zoneMask: args.availabilityZoneCidrMask,
        };
        const planned = planSubnets(plan);
        this.subnetLayout = resolveSpecs(plan);
        refuseStrandedGateways(this.natStrategy, planned);
        this.vpc = new aws.ec2.Vpc(name, this.vpcInputs(), { parent: this });
        const child = { parent: this.vpc, dependsOn: [this.vpc] };
        this.internetGateway = new aws.ec2.InternetGateway(
            name,
            { vpcId: this.vpc.id, tags: this.tagged({}) },
            child,
        );
        zones.forEach((zone, index) => {
            // Public subnets come first: private ones route through the gateway inside them.
            const inZone = planned.filter((subnet) => subnet.zone === zone);
            for (const subnet of inZone.sort(publicFirst)) this.addSubnet(subnet, index);
        });
        this.addEndpoints();
        this.registerOutputs({});
    }

    /** Builds the component. Throws one error that lists all that is wrong with the arguments. */
    static async create(
        name: string,
        inputs: pulumi.Inputs,
        options: pulumi.ComponentResourceOptions,
    ): Promise<Vpc> {
        const parsed = vpcArgs.safeParse(inputs);
        if (!parsed.success) throw new Error(`awsx.ec2.Vpc "${name}":\n${z.prettifyError(parsed.error)}`);
        const count = parsed.data.numberOfAvailabilityZones ?? DEFAULT_ZONES;
        const zones =
            parsed.data.availabilityZoneNames ?? (await aws.getAvailabilityZones()).names.slice(0, count);
        if (parsed.data.availabilityZoneNames === undefined && zones.length < count) {
            throw new Error(
                `awsx.ec2.Vpc "${name}": got ${count} zones; allowed in this region: at most ${zones.length}`,
            );
        }
        return new Vpc(name, parsed.data, zones, options);
    }

    /** The outputs of awsx.ec2.Vpc. */
    state(): pulumi.Inputs {
        const ids = (subnets: aws.ec2.Subnet[]) => subnets.map(({ id }) => id);
        return {
            vpc: this.vpc,
            vpcId: this.vpc.id,
            internetGateway: this.internetGateway,
            subnets: this.subnets,
            publicSubnets: this.publicSubnets,
            privateSubnets: this.privateSubnets,
            isolatedSubnets: this.isolatedSubnets,
            publicSubnetIds: ids(this.publicSubnets),
            privateSubnetIds: ids(this.privateSubnets),
            isolatedSubnetIds: ids(this.isolatedSubnets),
            routeTables: this.routeTables,
            routeTableAssociations: this.routeTableAssociations,
            routes: this.routes,
            natGateways: this.natGateways,
            eips: this.eips,
            vpcEndpoints: this.vpcEndpoints,
            subnetLayout: this.subnetLayout,
        };
    }

    private get natStrategy(): "None" | "Single" | "OnePerAz" {
        return this.args.natGateways?.strategy ?? "OnePerAz";
    }

    private readonly tagged: Tagger = (own) =>
        pulumi
            .output(this.args.tags ?? {})
            .apply((tags): Record<string, string> => ({ Name: this.name, ...tags, ...own }));

    private vpcInputs(): aws.ec2.VpcArgs {
        const { cidrBlock, enableDnsHostnames, enableDnsSupport, instanceTenancy } = this.args;
        const { enableNetworkAddressUsageMetrics } = this.args;
        const dns = { enableDnsHostnames, enableDnsSupport };
        return {
            cidrBlock,
            ...dns,
            enableNetworkAddressUsageMetrics,
            instanceTenancy,
            tags: this.tagged({}),
        };
    }

    private addSubnet({ type, suffix, zone, cidrBlock, layer }: PlannedSubnet, zoneIndex: number): void {
        const name = `${this.name}-${suffix}`;
        const vpcId = this.vpc.id;
        const own = { ...this.args.subnetSpecs?.[layer]?.tags, Name: name, SubnetType: type };
        const subnet = new aws.ec2.Subnet(
            name,
            {
                vpcId,
                availabilityZone: zone,
                mapPublicIpOnLaunch: type === "Public",
                cidrBlock,
                assignIpv6AddressOnCreation: false,
                tags: this.tagged(own),
            },
            { parent: this.vpc, dependsOn: [this.vpc] },
        );
        this.subnets.push(subnet);
        this.subnetsOf(type).push(subnet);
        const table = new aws.ec2.RouteTable(
            name,
            { vpcId, tags: this.tagged({ Name: name, SubnetType: type }) },
            { parent: subnet, dependsOn: [subnet] },
        );
        this.routeTables.push(table);
        const child = { parent: table, dependsOn: [table] };
        const association = { routeTableId: table.id, subnetId: subnet.id };
        this.routeTableAssociations.push(new aws.ec2.RouteTableAssociation(name, association, child));
        if (type === "Public") this.addNatGateway(subnet, zoneIndex);
        const target = this.routeTarget(type, zoneIndex);
        if (target === undefined) return;
        const route = { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", ...target };
        this.routes.push(new aws.ec2.Route(name, route, child));
    }

    private subnetsOf(type: PlannedSubnet["type"]): aws.ec2.Subnet[] {
        return { Public: this.publicSubnets, Private: this.privateSubnets, Isolated: this.isolatedSubnets }[
            type
        ];
    }

    private addNatGateway(subnet: aws.ec2.Subnet, zoneIndex: number): void {
        const wanted = { None: 0, Single: 1, OnePerAz: zoneIndex + 1 }[this.natStrategy];
        if (this.natGateways.length >= wanted) return;
        const name = `${this.name}-${zoneIndex + 1}`;
        const child = { parent: subnet, dependsOn: [subnet] };
        const tags = this.tagged({ Name: name });
        let allocationId = this.args.natGateways?.elasticIpAllocationIds?.[zoneIndex];
        if (allocationId === undefined) {
            const eip = new aws.ec2.Eip(name, { tags }, child);
            this.eips.push(eip);
            allocationId = eip.allocationId;
        }
        this.natGateways.push(
            new aws.ec2.NatGateway(name, { subnetId: subnet.id, allocationId, tags }, child),
        );
    }

    private routeTarget(
        type: PlannedSubnet["type"],
        zoneIndex: number,
    ): Partial<aws.ec2.RouteArgs> | undefined {
        if (type === "Public") return { gatewayId: this.internetGateway.id };
        if (type === "Isolated" || this.natStrategy === "None") return undefined;
        return { natGatewayId: this.natGateways[this.natStrategy === "Single" ? 0 : zoneIndex]?.id };
    }

    private addEndpoints(): void {
        for (const spec of this.args.vpcEndpointSpecs ?? []) {
            const args = { ...spec, vpcId: this.vpc.id, tags: this.tagged({}) };
            const child = { parent: this.vpc, dependsOn: [this.vpc] };
            this.vpcEndpoints.push(new aws.ec2.VpcEndpoint(spec.serviceName, args, child));
        }
    }
}

/** A NAT gateway needs a public subnet to stand in and another to serve. */
function refuseStrandedGateways(strategy: string, planned: readonly PlannedSubnet[]): void {
    const types = new Set(planned.map(({ type }) => type));
    if (strategy === "None" || (types.has("Public") && types.size > 1)) return;
    throw new Error(
        `natGateways.strategy: got "${strategy}" with subnets of ${[...types].join(", ")}; ` +
            `allowed without both public and other subnets: "None"`,
    );
}

function publicFirst(left: PlannedSubnet, right: PlannedSubnet): number {
    const order = { Public: 0, Private: 1, Isolated: 2 };
    return order[left.type] - order[right.type];
}

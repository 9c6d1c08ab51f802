import { z } from "zod";
import { defineType } from "../define";
import { conflicts, exactlyOneOf, requires, rule } from "../rules";
import { arn, cidr4, cidr6, ec2Id, int, jsonObject, regional, tags } from "./common";

/** EC2 gives a VPC and a subnet ranges of these sizes only. */
const VPC_RANGE = cidr4.refine(prefixBetween(16, 28), "a range between /16 and /28");

const vpc = defineType({
    token: "aws:ec2/vpc:Vpc",
    inputs: regional({
        assignGeneratedIpv6CidrBlock: z.boolean().optional(),
        cidrBlock: VPC_RANGE.optional(),
        enableDnsHostnames: z.boolean().optional(),
        enableDnsSupport: z.boolean().optional(),
        enableNetworkAddressUsageMetrics: z.boolean().optional(),
        instanceTenancy: z.enum(["default", "dedicated"]).optional(),
        ipv4IpamPoolId: ec2Id("ipam-pool").optional(),
        ipv4NetmaskLength: int(16, 28).optional(),
        tags: tags.optional(),
    }),
    rules: [exactlyOneOf("cidrBlock", "ipv4NetmaskLength"), requires("ipv4NetmaskLength", "ipv4IpamPoolId")],
    replaceOn: ["cidrBlock", "instanceTenancy", "ipv4IpamPoolId", "ipv4NetmaskLength"],
    identify: ({ randomId }) => randomId("vpc"),
    derive: ({ id, arn, account, randomId }, inputs) => ({
        arn: arn("ec2", `vpc/${id}`),
        defaultNetworkAclId: randomId("acl"),
        defaultRouteTableId: randomId("rtb"),
        defaultSecurityGroupId: randomId("sg"),
        dhcpOptionsId: randomId("dopt"),
        enableDnsHostnames: inputs.enableDnsHostnames ?? false,
        enableDnsSupport: inputs.enableDnsSupport ?? true,
        instanceTenancy: inputs.instanceTenancy ?? "default",
        mainRouteTableId: randomId("rtb"),
        ownerId: account,
    }),
});

const subnet = defineType({
    token: "aws:ec2/subnet:Subnet",
    inputs: regional({
        assignIpv6AddressOnCreation: z.boolean().optional(),
        availabilityZone: z.string().min(1).optional(),
        availabilityZoneId: z.string().min(1).optional(),
        cidrBlock: VPC_RANGE.optional(),
        enableDns64: z.boolean().optional(),
        enableResourceNameDnsARecordOnLaunch: z.boolean().optional(),
        enableResourceNameDnsAaaaRecordOnLaunch: z.boolean().optional(),
        ipv6CidrBlock: cidr6.optional(),
        ipv6Native: z.boolean().optional(),
        mapPublicIpOnLaunch: z.boolean().optional(),
        privateDnsHostnameTypeOnLaunch: z.enum(["ip-name", "resource-name"]).optional(),
        tags: tags.optional(),
        vpcId: ec2Id("vpc"),
    }),
    rules: [
        conflicts("availabilityZone", "availabilityZoneId"),
        rule(["cidrBlock", "ipv6Native"], ({ cidrBlock, ipv6Native }) =>
            cidrBlock === undefined && ipv6Native !== true ? "required unless ipv6Native is true" : undefined,
        ),
    ],
    replaceOn: ["availabilityZone", "availabilityZoneId", "cidrBlock", "ipv6Native", "vpcId"],
    identify: ({ randomId }) => randomId("subnet"),
    derive: ({ id, arn, account, region }, inputs) => ({
        arn: arn("ec2", `subnet/${id}`),
        assignIpv6AddressOnCreation: inputs.assignIpv6AddressOnCreation ?? false,
        availabilityZone: inputs.availabilityZone ?? `${region}a`,
        mapPublicIpOnLaunch: inputs.mapPublicIpOnLaunch ?? false,
        ownerId: account,
    }),
});

const routeTarget = {
    carrierGatewayId: ec2Id("cagw").optional(),
    coreNetworkArn: arn("networkmanager").optional(),
    egressOnlyGatewayId: ec2Id("eigw").optional(),
    gatewayId: z
        .string()
        .regex(/^(local|(igw|vgw)-[0-9a-f]+)$/, "local, or an id such as igw-0a1b2c3d")
        .optional(),
    localGatewayId: ec2Id("lgw").optional(),
    natGatewayId: ec2Id("nat").optional(),
    networkInterfaceId: ec2Id("eni").optional(),
    transitGatewayId: ec2Id("tgw").optional(),
    vpcEndpointId: ec2Id("vpce").optional(),
    vpcPeeringConnectionId: ec2Id("pcx").optional(),
};

const TARGETS = [
    "carrierGatewayId",
    "coreNetworkArn",
    "egressOnlyGatewayId",
    "gatewayId",
    "localGatewayId",
    "natGatewayId",
    "networkInterfaceId",
    "transitGatewayId",
    "vpcEndpointId",
    "vpcPeeringConnectionId",
] as const;

const routeTable = defineType({
    token: "aws:ec2/routeTable:RouteTable",
    inputs: regional({
        propagatingVgws: z.array(ec2Id("vgw")).optional(),
        routes: z
            .array(
                z.strictObject({
                    ...routeTarget,
                    cidrBlock: cidr4.optional(),
                    ipv6CidrBlock: cidr6.optional(),
                    destinationPrefixListId: ec2Id("pl").optional(),
                }),
            )
            .optional(),
        tags: tags.optional(),
        vpcId: ec2Id("vpc"),
    }),
    replaceOn: ["vpcId"],
    sets: ["propagatingVgws", "routes"],
    identify: ({ randomId }) => randomId("rtb"),
    derive: ({ id, arn, account }, inputs) => ({
        arn: arn("ec2", `route-table/${id}`),
        ownerId: account,
        propagatingVgws: inputs.propagatingVgws ?? [],
        routes: inputs.routes ?? [],
    }),
});

const route = defineType({
    token: "aws:ec2/route:Route",
    inputs: regional({
        ...routeTarget,
        destinationCidrBlock: cidr4.optional(),
        destinationIpv6CidrBlock: cidr6.optional(),
        destinationPrefixListId: ec2Id("pl").optional(),
        routeTableId: ec2Id("rtb"),
    }),
    rules: [
        exactlyOneOf("destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"),
        exactlyOneOf(...TARGETS),
    ],
    replaceOn: [
        "routeTableId",
        "destinationCidrBlock",
        "destinationIpv6CidrBlock",
        "destinationPrefixListId",
    ],
    identify: ({ hex }) => `r-rtb-${hex("route", 27)}`,
    derive: () => ({ origin: "CreateRoute", state: "active" }),
});

const routeTableAssociation = defineType({
    token: "aws:ec2/routeTableAssociation:RouteTableAssociation",
    inputs: regional({
        gatewayId: z.string().min(1).optional(),
        routeTableId: ec2Id("rtb"),
        subnetId: ec2Id("subnet").optional(),
    }),
    rules: [exactlyOneOf("subnetId", "gatewayId")],
    replaceOn: ["subnetId", "gatewayId"],
    identify: ({ randomId }) => randomId("rtbassoc"),
});

const internetGateway = defineType({
    token: "aws:ec2/internetGateway:InternetGateway",
    inputs: regional({ tags: tags.optional(), vpcId: ec2Id("vpc").optional() }),
    replaceOn: [],
    identify: ({ randomId }) => randomId("igw"),
    derive: ({ id, arn, account }) => ({ arn: arn("ec2", `internet-gateway/${id}`), ownerId: account }),
});

const eip = defineType({
    token: "aws:ec2/eip:Eip",
    inputs: regional({
        address: z.ipv4("an IPv4 address").optional(),
        associateWithPrivateIp: z.ipv4("an IPv4 address").optional(),
        domain: z.enum(["vpc"]).optional(),
        instance: ec2Id("i").optional(),
        networkBorderGroup: z.string().optional(),
        networkInterface: ec2Id("eni").optional(),
        publicIpv4Pool: z.string().optional(),
        tags: tags.optional(),
    }),
    rules: [conflicts("instance", "networkInterface")],
    replaceOn: ["address", "domain", "networkBorderGroup", "publicIpv4Pool"],
    identify: ({ randomId }) => randomId("eipalloc"),
    derive: ({ id, arn, hex, once }, inputs) => ({
        allocationId: id,
        arn: arn("ec2", `elastic-ip/${id}`),
        domain: inputs.domain ?? "vpc",
        // 203.0.113.0/24 is reserved for documentation: such an address reaches nobody.
        publicIp: inputs.address ?? once("publicIp", () => `203.0.113.${parseInt(hex("ip", 2), 16)}`),
    }),
});

const natGateway = defineType({
    token: "aws:ec2/natGateway:NatGateway",
    inputs: regional({
        allocationId: ec2Id("eipalloc").optional(),
        availabilityMode: z.enum(["zonal", "regional"]).optional(),
        connectivityType: z.enum(["public", "private"]).optional(),
        privateIp: z.ipv4("an IPv4 address").optional(),
        secondaryAllocationIds: z.array(ec2Id("eipalloc")).optional(),
        secondaryPrivateIpAddressCount: int(1, 31).optional(),
        secondaryPrivateIpAddresses: z.array(z.ipv4("an IPv4 address")).optional(),
        subnetId: ec2Id("subnet").optional(),
        tags: tags.optional(),
        vpcId: ec2Id("vpc").optional(),
    }),
    rules: [
        exactlyOneOf("subnetId", "vpcId"),
        rule(["allocationId", "connectivityType", "availabilityMode"], (inputs) => {
            const needed = inputs.connectivityType !== "private" && inputs.availabilityMode !== "regional";
            if (needed && inputs.allocationId === undefined)
                return "required for a public gateway in one zone";
            if (inputs.connectivityType === "private" && inputs.allocationId !== undefined) {
                return "not allowed for a private gateway";
            }
            return undefined;
        }),
        conflicts("secondaryPrivateIpAddressCount", "secondaryPrivateIpAddresses"),
    ],
    replaceOn: ["allocationId", "availabilityMode", "connectivityType", "privateIp", "subnetId", "vpcId"],
    sets: ["secondaryAllocationIds", "secondaryPrivateIpAddresses"],
    identify: ({ randomId }) => randomId("nat"),
    derive: ({ randomId }, inputs) => ({
        associationId: randomId("eipassoc"),
        connectivityType: inputs.connectivityType ?? "public",
        networkInterfaceId: randomId("eni"),
    }),
});

const vpcEndpoint = defineType({
    token: "aws:ec2/vpcEndpoint:VpcEndpoint",
    inputs: regional({
        autoAccept: z.boolean().optional(),
        dnsOptions: z
            .strictObject({
                dnsRecordIpType: z.enum(["ipv4", "dualstack", "ipv6", "service-defined"]).optional(),
                privateDnsOnlyForInboundResolverEndpoint: z.boolean().optional(),
            })
            .optional(),
        ipAddressType: z.enum(["ipv4", "dualstack", "ipv6"]).optional(),
        policy: jsonObject.optional(),
        privateDnsEnabled: z.boolean().optional(),
        routeTableIds: z.array(ec2Id("rtb")).optional(),
        securityGroupIds: z.array(ec2Id("sg")).optional(),
        serviceName: z.string().min(1).optional(),
        subnetIds: z.array(ec2Id("subnet")).optional(),
        tags: tags.optional(),
        vpcEndpointType: z.enum(["Gateway", "Interface", "GatewayLoadBalancer"]).optional(),
        vpcId: ec2Id("vpc"),
    }),
    rules: [
        rule(["routeTableIds", "vpcEndpointType"], ({ routeTableIds, vpcEndpointType }) =>
            routeTableIds !== undefined && (vpcEndpointType ?? "Gateway") !== "Gateway"
                ? "allowed for a Gateway endpoint only"
                : undefined,
        ),
        ...(["subnetIds", "securityGroupIds", "privateDnsEnabled"] as const).map((name) =>
            rule([name, "vpcEndpointType"], (inputs) => {
                const gateway = (inputs.vpcEndpointType ?? "Gateway") === "Gateway";
                return gateway && inputs[name] !== undefined
                    ? "not allowed for a Gateway endpoint"
                    : undefined;
            }),
        ),
    ],
    replaceOn: ["serviceName", "vpcEndpointType", "vpcId"],
    sets: ["routeTableIds", "securityGroupIds", "subnetIds"],
    documents: ["policy"],
    identify: ({ randomId }) => randomId("vpce"),
    derive: ({ id, arn, account, randomId }, inputs) => ({
        arn: arn("ec2", `vpc-endpoint/${id}`),
        ownerId: account,
        prefixListId: (inputs.vpcEndpointType ?? "Gateway") === "Gateway" ? randomId("pl") : "",
        requesterManaged: false,
        state: "available",
        vpcEndpointType: inputs.vpcEndpointType ?? "Gateway",
    }),
});

function prefixBetween(min: number, max: number): (range: string) => boolean {
    return (range) => {
        const prefix = Number(range.split("/")[1]);
        return prefix >= min && prefix <= max;
    };
}

/** VPCs and what routes in them. */
export const networkTypes = [
    vpc,
    subnet,
    routeTable,
    route,
    routeTableAssociation,
    internetGateway,
    eip,
    natGateway,
    vpcEndpoint,
];

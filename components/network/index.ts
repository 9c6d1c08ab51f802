import * as aws from "@pulumi/aws";
import * as awsx from "@pulumi/awsx";
import * as pulumi from "@pulumi/pulumi";
import { stageTags, stageType, type StackScope } from "../scope";
import type { Tags } from "../../config/tags";
import { planNetwork, routeTablesOf, serviceName, type GroupName, type RulePlan } from "./plan";

export interface NetworkArgs {
    scope: StackScope;
}

/** The security groups that other components put their resources in. */
export type SecurityGroupIds = Record<Exclude<GroupName, "endpoints">, pulumi.Output<string>>;

/**
 * A VPC whose private subnets hold everything that runs, with the fewest ways in and out.
 *
 * ```ts
 * const network = new Network("network", { scope });
 * new aws.elasticache.SubnetGroup("cache", { subnetIds: network.privateSubnetIds });
 * ```
 *
 * `network.nat` chooses one NAT gateway, one per zone (a zone may then fail alone), or none with
 * `network.interfaceEndpoints` for what must still be reached. An adopted database keeps its own security group, which
 * gets the rules that ours would have.
 *
 * Monthly cost in us-east-1: a NAT gateway about $33 and $0.045 per GB; an interface endpoint about $7.30 per zone and
 * $0.01 per GB, so that six in two zones ($88) cost more than a NAT gateway in each. The S3 gateway endpoint is free.
 */
export class Network extends pulumi.ComponentResource {
    readonly vpcId: pulumi.Output<string>;
    /** Private subnets, one per Availability Zone. */
    readonly privateSubnetIds: pulumi.Output<string[]>;
    /** Address range of the VPC. */
    readonly cidrBlock: string;
    /** Ids of the security groups. `database` is the adopted cluster's where there is one. */
    readonly securityGroups: SecurityGroupIds;

    private readonly tags: Tags;

    constructor(
        private readonly name: string,
        { scope }: NetworkArgs,
        opts?: pulumi.ComponentResourceOptions,
    ) {
        super(stageType("network"), name, {}, opts);
        const { network, database } = scope.settings;
        const plan = planNetwork(scope.settings);
        this.tags = stageTags(scope, "network");
        this.cidrBlock = network.cidrBlock;

        const vpc = new awsx.ec2.Vpc(
            `${name}-vpc`,
            {
                cidrBlock: network.cidrBlock,
                numberOfAvailabilityZones: network.availabilityZones,
                availabilityZoneCidrMask: plan.prefixes.zone,
                subnetStrategy: "Auto",
                subnetSpecs: [
                    { type: "Private", cidrMask: plan.prefixes.private },
                    { type: "Public", cidrMask: plan.prefixes.public },
                ],
                natGateways: { strategy: plan.natStrategy },
                // Interface endpoints answer under their service's own name only with both.
                enableDnsSupport: true,
                enableDnsHostnames: true,
                tags: this.tags,
            },
            { parent: this },
        );
        this.vpcId = vpc.vpcId;
        this.privateSubnetIds = vpc.privateSubnetIds;
        this.lockDefaultGroup();

        const made = plan.groups.map(
            ({ name, description }) => [name, this.group(name, description)] as const,
        );
        const groups = Object.fromEntries(made) as Record<GroupName, pulumi.Output<string>>;
        if (database.adopt !== undefined) groups.database = pulumi.output(database.adopt.securityGroupId);
        for (const rule of plan.rules) this.rule(rule, groups);
        const { endpoints, ...others } = groups;
        this.securityGroups = others;

        this.gatewayEndpoint(vpc, scope.region);
        for (const service of network.interfaceEndpoints) {
            this.interfaceEndpoint(service, scope.region, endpoints);
        }
        this.registerOutputs({
            vpcId: this.vpcId,
            privateSubnetIds: this.privateSubnetIds,
            cidrBlock: this.cidrBlock,
            securityGroups: this.securityGroups,
        });
    }

    /** AWS puts whatever names no group into the default one; without rules such a thing reaches nothing. */
    private lockDefaultGroup(): void {
        new aws.ec2.DefaultSecurityGroup(
            `${this.name}-default-group`,
            { vpcId: this.vpcId, tags: this.tags },
            { parent: this },
        );
    }

    private group(group: GroupName, description: string): pulumi.Output<string> {
        const { vpcId, tags } = this;
        const name = `${this.name}-${group}`;
        return new aws.ec2.SecurityGroup(name, { vpcId, description, tags }, { parent: this }).id;
    }

    private rule(rule: RulePlan, groups: Record<GroupName, pulumi.Output<string>>): void {
        const Rule =
            rule.direction === "ingress" ? aws.vpc.SecurityGroupIngressRule : aws.vpc.SecurityGroupEgressRule;
        const peer =
            rule.peer === "anywhere"
                ? { cidrIpv4: "0.0.0.0/0" }
                : { referencedSecurityGroupId: groups[rule.peer] };
        new Rule(
            `${this.name}-${rule.name}`,
            {
                securityGroupId: groups[rule.group],
                description: rule.description,
                ipProtocol: "tcp",
                fromPort: rule.port,
                toPort: rule.port,
                ...peer,
                tags: this.tags,
            },
            { parent: this },
        );
    }

    /** Models, datasets and image layers come from S3: by this way they pay no NAT gateway. */
    private gatewayEndpoint(vpc: awsx.ec2.Vpc, region: string): void {
        const associations = vpc.routeTableAssociations.apply((all) =>
            pulumi.output(all.map(({ subnetId, routeTableId }) => ({ subnetId, routeTableId }))),
        );
        new aws.ec2.VpcEndpoint(
            `${this.name}-s3`,
            {
                vpcId: this.vpcId,
                serviceName: serviceName(region, "s3"),
                vpcEndpointType: "Gateway",
                routeTableIds: pulumi
                    .all([associations, vpc.privateSubnetIds])
                    .apply(([all, subnetIds]) => routeTablesOf(all, subnetIds)),
                tags: this.tags,
            },
            { parent: this },
        );
    }

    private interfaceEndpoint(service: string, region: string, group: pulumi.Output<string>): void {
        new aws.ec2.VpcEndpoint(
            `${this.name}-${service}`,
            {
                vpcId: this.vpcId,
                serviceName: serviceName(region, service),
                vpcEndpointType: "Interface",
                privateDnsEnabled: true,
                subnetIds: this.privateSubnetIds,
                securityGroupIds: [group],
                tags: this.tags,
            },
            { parent: this },
        );
    }
}

import { expect } from "chai";
import { Network } from "../../components/network";
import { deploy, idOf } from "../support/mocks";
import { scopeOf, tagsOf } from "../support/scope";

const VPC = "awsx:ec2:Vpc";
const GROUP = "aws:ec2/securityGroup:SecurityGroup";
const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
const ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint";

const tags = tagsOf("network");
const vpcId = idOf("network-vpc");
const privateSubnetIds = ["network-vpc-private-a-subnet", "network-vpc-private-b-subnet"];

const network = (settings: Record<string, unknown> = {}) =>
    deploy(() => {
        const { vpcId, privateSubnetIds, cidrBlock, securityGroups } = new Network("network", {
            scope: scopeOf(settings),
        });
        return { vpcId, privateSubnetIds, cidrBlock, securityGroups };
    });

describe("Network", () => {
    it("makes these and no others, all its own children", async () => {
        const { resources, only } = await network();
        const [component, ...children] = resources;
        expect(component).to.include({ type: "bqx:stage:Network", name: "network" });
        expect(new Set(children.map(({ parent }) => parent))).to.deep.equal(new Set(["network"]));
        expect(only(VPC)).to.have.length(1);
        expect(only("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")).to.have.length(1);
        expect(only(GROUP)).to.have.length(4);
        expect(only(INGRESS)).to.have.length(3);
        expect(only(EGRESS)).to.have.length(5);
        expect(only(ENDPOINT)).to.have.length(1);
        expect(children).to.have.length(15);
    });

    it("asks awsx for private and public subnets", async () => {
        const { named } = await network();
        expect(named("network-vpc").inputs).to.deep.equal({
            cidrBlock: "10.20.0.0/16",
            numberOfAvailabilityZones: 2,
            availabilityZoneCidrMask: 18,
            subnetStrategy: "Auto",
            subnetSpecs: [
                { type: "Private", cidrMask: 19 },
                { type: "Public", cidrMask: 21 },
            ],
            natGateways: { strategy: "Single" },
            enableDnsSupport: true,
            enableDnsHostnames: true,
            tags,
        });
    });

    it("follows the settings of the VPC", async () => {
        const { named } = await network({
            network: { cidrBlock: "10.8.0.0/20", availabilityZones: 3, nat: "onePerZone" },
        });
        expect(named("network-vpc").inputs).to.deep.include({
            cidrBlock: "10.8.0.0/20",
            numberOfAvailabilityZones: 3,
            availabilityZoneCidrMask: 22,
            natGateways: { strategy: "OnePerAz" },
        });
    });

    it("leaves the default group without a rule", async () => {
        const { named } = await network();
        expect(named("network-default-group").inputs).to.deep.equal({ vpcId, tags });
    });

    it("makes groups without rules of their own", async () => {
        const { named } = await network();
        expect(named("network-lambda").inputs).to.deep.equal({
            vpcId,
            description: "Lambda functions",
            tags,
        });
    });

    it("refers to groups in rules, never to addresses, except for HTTPS", async () => {
        const { named, only } = await network();
        expect(named("network-database-from-jobs").inputs).to.deep.equal({
            securityGroupId: idOf("network-database"),
            referencedSecurityGroupId: idOf("network-jobs"),
            description: "TCP 5432 from jobs",
            ipProtocol: "tcp",
            fromPort: 5432,
            toPort: 5432,
            tags,
        });
        expect(named("network-lambda-to-anywhere").inputs).to.deep.equal({
            securityGroupId: idOf("network-lambda"),
            cidrIpv4: "0.0.0.0/0",
            description: "TCP 443 to anywhere",
            ipProtocol: "tcp",
            fromPort: 443,
            toPort: 443,
            tags,
        });
        const open = [...only(INGRESS), ...only(EGRESS)].filter(({ inputs }) => "cidrIpv4" in inputs);
        expect(open.map(({ name }) => name)).to.have.members([
            "network-lambda-to-anywhere",
            "network-jobs-to-anywhere",
        ]);
    });

    it("routes the private subnets, not the public ones, to S3 by the gateway endpoint", async () => {
        const { named } = await network();
        expect(named("network-s3").inputs).to.deep.equal({
            vpcId,
            serviceName: "com.amazonaws.us-east-1.s3",
            vpcEndpointType: "Gateway",
            routeTableIds: ["network-vpc-private-a-routes", "network-vpc-private-b-routes"],
            tags,
        });
    });

    it("makes an interface endpoint per service, behind one group", async () => {
        const { named, only } = await network({ network: { interfaceEndpoints: ["sts", "ecr.api"] } });
        expect(only(ENDPOINT)).to.have.length(3);
        expect(only(GROUP)).to.have.length(5);
        expect(named("network-ecr.api").inputs).to.deep.equal({
            vpcId,
            serviceName: "com.amazonaws.us-east-1.ecr.api",
            vpcEndpointType: "Interface",
            privateDnsEnabled: true,
            subnetIds: privateSubnetIds,
            securityGroupIds: [idOf("network-endpoints")],
            tags,
        });
        expect(named("network-endpoints-from-jobs").inputs).to.include({
            securityGroupId: idOf("network-endpoints"),
            referencedSecurityGroupId: idOf("network-jobs"),
            fromPort: 443,
        });
    });

    it("opens an adopted database's own group", async () => {
        const securityGroupId = "sg-0123456789abcdef0";
        const { named, only, outputs } = await network({
            database: {
                adopt: {
                    clusterIdentifier: "fx-bars",
                    credentialsSecretArn:
                        "arn:aws:secretsmanager:us-east-1:111122223333:secret:fx-bars-AbCdEf",
                    securityGroupId,
                },
            },
        });
        expect(only(GROUP).map(({ name }) => name)).to.deep.equal([
            "network-lambda",
            "network-jobs",
            "network-cache",
        ]);
        expect(named("network-database-from-lambda").inputs).to.include({ securityGroupId });
        expect(named("network-lambda-to-database").inputs).to.include({
            referencedSecurityGroupId: securityGroupId,
        });
        expect(outputs.securityGroups.database).to.equal(securityGroupId);
    });

    it("tells the others what they need, and not the endpoints' group", async () => {
        const { outputs } = await network({ network: { interfaceEndpoints: ["sts"] } });
        expect(outputs).to.deep.equal({
            vpcId,
            privateSubnetIds,
            cidrBlock: "10.20.0.0/16",
            securityGroups: {
                lambda: idOf("network-lambda"),
                jobs: idOf("network-jobs"),
                database: idOf("network-database"),
                cache: idOf("network-cache"),
            },
        });
    });
});

import { expect } from "chai";
import fc from "fast-check";
import { planNetwork, routeTablesOf, serviceName, type RulePlan } from "../../components/network/plan";
import { scopeOf } from "../support/scope";

const ADOPTED = {
    clusterIdentifier: "fx-bars",
    credentialsSecretArn: "arn:aws:secretsmanager:us-east-1:111122223333:secret:fx-bars-AbCdEf",
    securityGroupId: "sg-0123456789abcdef0",
};

const plan = (settings: Record<string, unknown> = {}) => planNetwork(scopeOf(settings).settings);

const conversation = ({ group, direction, port, peer }: RulePlan) => `${group} ${direction} ${port} ${peer}`;

describe("planNetwork", () => {
    it("has one NAT gateway and four groups unless told otherwise", () => {
        const { natStrategy, groups } = plan();
        expect(natStrategy).to.equal("Single");
        expect(groups).to.deep.equal([
            { name: "lambda", description: "Lambda functions" },
            { name: "jobs", description: "SageMaker jobs and endpoints" },
            { name: "database", description: "Aurora PostgreSQL" },
            { name: "cache", description: "ElastiCache for Valkey" },
        ]);
    });

    it("opens each conversation on both sides, and nothing else", () => {
        expect(plan().rules.map(conversation)).to.have.members([
            "lambda egress 443 anywhere",
            "jobs egress 443 anywhere",
            "lambda egress 5432 database",
            "database ingress 5432 lambda",
            "jobs egress 5432 database",
            "database ingress 5432 jobs",
            "lambda egress 6379 cache",
            "cache ingress 6379 lambda",
        ]);
    });

    it("names and describes a rule by what it allows", () => {
        expect(plan().rules[1]).to.deep.equal({
            name: "database-from-lambda",
            group: "database",
            direction: "ingress",
            port: 5432,
            peer: "lambda",
            description: "TCP 5432 from lambda",
        });
    });

    it("lets functions and jobs in to interface endpoints", () => {
        const { groups, rules } = plan({ network: { interfaceEndpoints: ["sts"] } });
        expect(groups.at(-1)).to.deep.equal({
            name: "endpoints",
            description: "Interface endpoints of AWS services",
        });
        const ofEndpoints = rules.filter(({ group }) => group === "endpoints");
        expect(ofEndpoints.map(conversation)).to.deep.equal([
            "endpoints ingress 443 lambda",
            "endpoints ingress 443 jobs",
        ]);
    });

    it("makes no group for an adopted database, but the same rules", () => {
        const adopted = plan({ database: { adopt: ADOPTED } });
        expect(adopted.groups.map(({ name }) => name)).to.deep.equal(["lambda", "jobs", "cache"]);
        expect(adopted.rules).to.deep.equal(plan().rules);
    });

    for (const [nat, strategy] of [
        ["single", "Single"],
        ["onePerZone", "OnePerAz"],
    ] as const) {
        it(`turns nat ${nat} into awsx's ${strategy}`, () =>
            expect(plan({ network: { nat } }).natStrategy).to.equal(strategy));
    }

    it("has no NAT gateway where endpoints stand in for it", () => {
        const interfaceEndpoints = ["secretsmanager", "monitoring", "logs", "sagemaker.runtime"];
        expect(plan({ network: { nat: "none", interfaceEndpoints } }).natStrategy).to.equal("None");
    });

    it("lays subnets out that fit into their zone, and zones that fit into the VPC", () => {
        fc.assert(
            fc.property(fc.integer({ min: 16, max: 20 }), fc.constantFrom(2, 3), (vpc, availabilityZones) => {
                const { prefixes } = plan({ network: { cidrBlock: `10.0.0.0/${vpc}`, availabilityZones } });
                const size = (prefix: number) => 2 ** (32 - prefix);
                expect(size(prefixes.private) + size(prefixes.public)).to.be.at.most(size(prefixes.zone));
                expect(size(prefixes.zone) * availabilityZones).to.be.at.most(size(vpc));
                expect(prefixes.public).to.be.at.most(28); // AWS's smallest subnet.
            }),
        );
    });

    it("does not move subnets when a zone is added", () => {
        const of = (availabilityZones: number) => plan({ network: { availabilityZones } }).prefixes;
        expect(of(3)).to.deep.equal(of(2));
        expect(of(2)).to.deep.equal({ zone: 18, private: 19, public: 21 });
    });
});

describe("routeTablesOf", () => {
    it("keeps the tables of the given subnets", () => {
        const associations = [
            { subnetId: "subnet-1", routeTableId: "rtb-1" },
            { subnetId: "subnet-2", routeTableId: "rtb-2" },
            { routeTableId: "rtb-of-a-gateway" },
            { subnetId: "subnet-3", routeTableId: "rtb-3" },
        ];
        expect(routeTablesOf(associations, ["subnet-3", "subnet-1"])).to.deep.equal(["rtb-1", "rtb-3"]);
    });
});

describe("serviceName", () => {
    it("is the service in its region", () =>
        expect(serviceName("eu-west-1", "ecr.api")).to.equal("com.amazonaws.eu-west-1.ecr.api"));
});

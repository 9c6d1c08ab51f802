import { expect } from "chai";
import * as aws from "@pulumi/aws";
import * as awsx from "@pulumi/awsx";
import * as pulumi from "@pulumi/pulumi";
import { ACCOUNT, arnOf, deploy, idOf } from "./mocks";

const TOPIC = "aws:sns/topic:Topic";

class Pair extends pulumi.ComponentResource {
    constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
        super("test:index:Pair", name, {}, opts);
        const first = new aws.sns.Topic(`${name}-first`, {}, { parent: this });
        new aws.sns.Topic(
            `${name}-second`,
            { displayName: pulumi.secret("hush") },
            { parent: this, dependsOn: first },
        );
        this.registerOutputs({});
    }
}

describe("deploy of the mocks", () => {
    it("records exact inputs, parents, order, protection and secrets", async () => {
        const { resources, named, only } = await deploy(() => new Pair("pair", { protect: true }).urn);
        expect(resources.map(({ name }) => name)).to.have.members(["pair", "pair-first", "pair-second"]);
        expect(only(TOPIC)).to.have.length(2);
        expect(named("pair")).not.to.have.property("parent");
        expect(named("pair-second")).to.deep.equal({
            type: TOPIC,
            name: "pair-second",
            inputs: { displayName: "hush" },
            parent: "pair",
            secretInputs: ["displayName"],
            dependsOn: ["pair-first"],
            protect: true,
            ignoreChanges: [],
        });
    });

    it("awaits what hangs on outputs of outputs", async () => {
        const { named, outputs } = await deploy(async () => {
            const { accountId } = await aws.getCallerIdentity();
            const first = new aws.sns.Topic("first");
            const second = new aws.sns.Topic("second", {
                displayName: pulumi.interpolate`${accountId} ${first.id}`,
            });
            new aws.sns.Topic("third", { displayName: second.arn });
            return { id: second.id };
        });
        expect(named("third").inputs).to.deep.equal({ displayName: arnOf("second") });
        expect(named("second").inputs).to.deep.equal({ displayName: `${ACCOUNT} ${idOf("first")}` });
        expect(outputs).to.deep.equal({ id: idOf("second") });
    });

    it("answers for the route tables of an awsx VPC", async () => {
        const { outputs } = await deploy(() => {
            const { routeTableAssociations } = new awsx.ec2.Vpc("vpc", {});
            return routeTableAssociations.apply((all) =>
                pulumi.all(all.map(({ routeTableId }) => routeTableId)),
            );
        });
        expect(outputs).to.deep.equal([
            "vpc-public-a-routes",
            "vpc-private-a-routes",
            "vpc-public-b-routes",
            "vpc-private-b-routes",
        ]);
    });

    it("refuses an invoke that it has no answer for", async () => {
        const failure = await deploy(() => aws.getBillingServiceAccount()).catch((error: unknown) => error);
        expect(String(failure)).to.contain("no answer to the invoke aws:index/getBillingServiceAccount");
    });

    it("passes the program's own error on", async () => {
        const failure = await deploy(() => {
            throw new Error("out of range");
        }).catch((error: unknown) => error);
        expect(failure).to.have.property("message", "out of range");
    });

    it("forgets the resources of the deployment before", async () => {
        await deploy(() => new aws.sns.Topic("left").id);
        const { resources, named } = await deploy(() => "nothing");
        expect(resources).to.deep.equal([]);
        expect(() => named("left")).to.throw('Not one resource is named "left". There are:');
    });
});

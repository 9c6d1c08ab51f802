import { expect } from "chai";
import { checkInputs, DEFAULTS_KEY } from "../../../local/provider/check";
import { diffInputs } from "../../../local/provider/diff";
import { Resources } from "../../../local/provider/resources";
import { typeOf } from "../../../local/provider/types";
import { type Properties, UNKNOWN } from "../../../local/provider/values";
import { fixtures } from "./fixtures";
import { MemoryHost } from "./memoryHost";

const SEED = new Uint8Array(32).fill(7);
const BUCKET = typeOf("aws:s3/bucket:Bucket");
const CLUSTER = typeOf("aws:rds/cluster:Cluster");
const GROUP = typeOf("aws:ec2/securityGroup:SecurityGroup");

function check(token: string, values: Properties, olds: Properties = {}, seed = SEED, name = "Models") {
    return checkInputs(typeOf(token), name, { values, secretKeys: [] }, olds, seed);
}

function urnOf(token: string): string {
    return `urn:pulumi:dev::bqx::${token}::thing`;
}

describe("names that are made up", () => {
    it("are the logical name and seven digits of the seed, in lower case where AWS wants it", () => {
        const { values } = check(BUCKET.token, {});
        expect(values.bucket).to.match(/^models-[0-9a-f]{7}$/);
        expect(values[DEFAULTS_KEY]).to.deep.equal(["bucket"]);
        expect(check(BUCKET.token, {}).values.bucket).to.equal(values.bucket);
        expect(check(BUCKET.token, {}, {}, new Uint8Array(32).fill(8)).values.bucket).to.not.equal(
            values.bucket,
        );
    });

    it("stay across updates, and are made anew where the user's own name is taken away", () => {
        const { values } = check(BUCKET.token, {});
        const later = check(BUCKET.token, { forceDestroy: true }, values, new Uint8Array(32).fill(9)).values;
        expect(later.bucket).to.equal(values.bucket);
        expect(check(BUCKET.token, {}, { bucket: "my-own" }).values.bucket).to.match(/^models-/);
    });

    it("keep to the longest length, with what must stand around them", () => {
        const name = "x".repeat(300);
        expect(check(BUCKET.token, {}, {}, SEED, name).values.bucket).to.have.length(63);
        expect(check("aws:kms/alias:Alias", { targetKeyId: "1" }).values.name).to.match(
            /^alias\/Models-[0-9a-f]{7}$/,
        );
        expect(check("aws:sns/topic:Topic", { fifoTopic: true }).values.name).to.match(
            /^Models-[0-9a-f]{7}\.fifo$/,
        );
    });

    it("are judged like given ones", () => {
        const { failures } = check(BUCKET.token, {}, {}, SEED, "my_models");
        expect(failures.map(({ property }) => property)).to.deep.equal(["bucket"]);
    });

    it("are left to the creation where a prefix is given", async () => {
        const { values } = check(BUCKET.token, { bucketPrefix: "models-" });
        expect(values).to.deep.equal({ bucketPrefix: "models-" });
        const resources = new Resources(new MemoryHost(), { account: "123456789012", region: "us-east-1" });
        const made = await resources.create(BUCKET, urnOf(BUCKET.token), { values, secretKeys: [] }, false);
        expect(made.values.bucket)
            .to.match(/^models-\d{13}[0-9a-f]{12}$/)
            .and.equal(made.id);
    });
});

describe("differences", () => {
    it("are named by path, with their kind", () => {
        const olds = { bucket: "a", tags: { Owner: "me", "a.b": "1" } };
        const { changes, replaces } = diffInputs(BUCKET, olds, {
            bucket: "a",
            tags: { Owner: "you" },
            forceDestroy: true,
        });
        expect(Object.fromEntries(changes)).to.deep.equal({
            "tags.Owner": { change: "update", replace: false },
            'tags["a.b"]': { change: "delete", replace: false },
            forceDestroy: { change: "add", replace: false },
        });
        expect(replaces).to.deep.equal([]);
    });

    it("ignore the order of sets and the spacing of documents", () => {
        const subnets = typeOf("aws:rds/subnetGroup:SubnetGroup");
        expect(
            diffInputs(subnets, { subnetIds: ["a", "b"] }, { subnetIds: ["b", "a"] }).changes.size,
        ).to.equal(0);
        const policy = typeOf("aws:s3/bucketPolicy:BucketPolicy");
        expect(
            diffInputs(policy, { policy: '{"a":1,"b":2}' }, { policy: '{ "b":2, "a":1 }' }).changes.size,
        ).to.equal(0);
    });

    it("replace on an unknown where a change would replace", () => {
        const { replaces } = diffInputs(GROUP, { vpcId: "vpc-1" }, { vpcId: UNKNOWN });
        expect(replaces).to.deep.equal(["vpcId"]);
    });

    it("delete first where the replacement keeps a name that the user gave, and only there", () => {
        const replaced = (name: Properties) =>
            diffInputs(GROUP, { ...name, vpcId: "vpc-1" }, { ...name, vpcId: "vpc-2" }).deleteBeforeReplace;
        expect(replaced({ name: "mine" })).to.be.true;
        expect(replaced({ name: "thing-1234567", [DEFAULTS_KEY]: ["name"] })).to.be.false;
        expect(diffInputs(GROUP, { name: "old" }, { name: "new" }).deleteBeforeReplace).to.be.false;
        expect(diffInputs(GROUP, { name: "same", tags: {} }, { name: "same" }).deleteBeforeReplace).to.be
            .false;
    });
});

describe("resources", () => {
    const place = { account: "123456789012", region: "us-east-1" };
    const cluster = { ...fixtures[CLUSTER.token]!.inputs, clusterIdentifier: "features" };
    const urn = urnOf(CLUSTER.token);
    let host: MemoryHost;
    let resources: Resources;

    beforeEach(() => {
        host = new MemoryHost();
        resources = new Resources(host, place);
    });

    it("answer in a preview what is known, leave the rest unknown, and touch no host", async () => {
        const { values } = await resources.create(CLUSTER, urn, { values: cluster, secretKeys: [] }, true);
        expect(values).to.include({ port: 5432, databaseName: "features", region: "us-east-1" });
        expect(values.arn).to.contain(UNKNOWN);
        expect(host.log).to.deep.equal([]);
    });

    it("record inputs, outputs and what is secret, and take over what the host answers", async () => {
        const news = { values: { ...cluster, [DEFAULTS_KEY]: [] }, secretKeys: ["databaseName"] };
        const { id, values } = await resources.create(CLUSTER, urn, news, false);
        expect(id).to.equal("features");
        expect(values).to.include({
            endpoint: "127.0.0.1",
            port: 5433,
            arn: "arn:aws:rds:us-east-1:123456789012:cluster:features",
        });
        const record = await host.get(CLUSTER.token, id);
        expect(record).to.include({ urn, type: CLUSTER.token, id });
        expect(record?.inputs).to.deep.equal(cluster);
        expect(record?.secretKeys).to.deep.equal(["databaseName", "masterPassword"]);
    });

    it("keep on an update what was derived, and drop what was taken away", async () => {
        const made = await resources.create(CLUSTER, urn, { values: cluster, secretKeys: [] }, false);
        const rest = Object.fromEntries(
            Object.entries(cluster).filter(([name]) => name !== "backupRetentionPeriod"),
        );
        const existing = { id: made.id, inputs: cluster, outputs: made.values };
        const planned = await resources.update(
            CLUSTER,
            urn,
            existing,
            { values: rest, secretKeys: [] },
            true,
        );
        expect(planned.values).to.include({
            backupRetentionPeriod: 1,
            clusterResourceId: made.values.clusterResourceId,
            endpoint: "127.0.0.1",
        });
        expect(host.log).to.have.length(1);
        const updated = await resources.update(
            CLUSTER,
            urn,
            existing,
            { values: rest, secretKeys: [] },
            false,
        );
        expect(updated.values).to.deep.equal({ ...planned.values, port: 5433 });
    });

    it("keep a password on an update", async () => {
        const type = typeOf("random:index/randomPassword:RandomPassword");
        const values = { length: 40, minSpecial: 3, minUpper: 4, overrideSpecial: "%" };
        const made = await resources.create(type, urnOf(type.token), { values, secretKeys: [] }, false);
        expect(made.values.result)
            .to.have.length(40)
            .and.match(/(.*%){3}/)
            .and.match(/(.*[A-Z]){4}/);
        expect(made.secretKeys).to.include("result");
        const existing = { id: made.id, inputs: values, outputs: made.values };
        const updated = await resources.update(
            type,
            urnOf(type.token),
            existing,
            { values, secretKeys: [] },
            false,
        );
        expect(updated.values).to.deep.equal(made.values);
    });

    it("give two resources with one URN different ids, as a replacement needs", async () => {
        const vpc = typeOf("aws:ec2/vpc:Vpc");
        const make = () =>
            resources.create(vpc, urn, { values: { cidrBlock: "10.0.0.0/16" }, secretKeys: [] }, false);
        expect((await make()).id).to.not.equal((await make()).id);
    });

    it("refuse to delete what is protected or would be lost", async () => {
        const refusal = async (outputs: Properties) =>
            resources.delete(CLUSTER, "features", outputs).then(
                () => "",
                (error: unknown) => (error as Error).message,
            );
        expect(await refusal({ deletionProtection: true, skipFinalSnapshot: true })).to.equal(
            'aws:rds/cluster:Cluster "features" cannot be deleted: deletionProtection is true; ' +
                "deploy it with deletionProtection: false first",
        );
        expect(await refusal({})).to.contain(
            "finalSnapshotIdentifier is required when skipFinalSnapshot is not true",
        );
        expect(await refusal({ finalSnapshotIdentifier: "last" })).to.equal("");
        expect(await refusal({ skipFinalSnapshot: true })).to.equal("");
    });
});

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as aws from "@pulumi/aws";
import * as awsx from "@pulumi/awsx";
import * as pulumi from "@pulumi/pulumi";
import { LocalWorkspace, type PulumiCommand, type Stack } from "@pulumi/pulumi/automation";
import * as random from "@pulumi/random";
import { expect } from "chai";
import { engineCommand } from "../../local/engine/command";
import { debugProviders, startAwsxProvider } from "../../local/provider/attach";
import { type RunningProvider, startProvider } from "../../local/provider/server";
import { ensureEngine } from "../../local/toolchain/engine";
import { MemoryHost } from "../local/provider/memoryHost";

const PASSWORD = "correct-horse-battery";
const BAD_PASSWORD = "correct horse";

/** What a run of the program varies. */
interface Settings {
    owner: string;
    bucket: string;
    cidr?: string;
    badCluster?: boolean;
    badComponent?: "args" | "type";
}

function program({ owner, bucket, cidr = "10.1.0.0/16", badCluster = false, badComponent }: Settings) {
    return async () => {
        const tags = { Owner: owner };
        const plain = new aws.ec2.Vpc("plain", { cidrBlock: cidr, tags });
        const group = new aws.ec2.SecurityGroup("group", { vpcId: plain.id });
        const store = new aws.s3.Bucket("store", { bucket });
        new aws.s3.BucketVersioning("versioning", {
            bucket: store.bucket,
            versioningConfiguration: { status: "Enabled" },
        });
        const password = new random.RandomPassword("password", { length: 24 });
        const secret = new aws.secretsmanager.Secret("secret");
        new aws.secretsmanager.SecretVersion("version", {
            secretId: secret.id,
            secretString: password.result,
        });
        const chosen = new aws.secretsmanager.Secret("chosen");
        new aws.secretsmanager.SecretVersion("chosen", {
            secretId: chosen.id,
            secretString: pulumi.secret(PASSWORD),
        });
        const network = new awsx.ec2.Vpc("network", {
            cidrBlock: "10.0.0.0/16",
            numberOfAvailabilityZones: 2,
            natGateways: { strategy: "Single" },
            subnetStrategy: "Auto",
        });
        if (badCluster) {
            new aws.rds.Cluster("cluster", {
                engine: "aurora-postgresql",
                masterUsername: "admin",
                masterPassword: BAD_PASSWORD,
                port: 70_000,
            });
        }
        if (badComponent === "type") new awsx.ecr.Repository("images");
        if (badComponent === "args") new awsx.ec2.Vpc("flat", { numberOfAvailabilityZones: 9 });
        const caller = await aws.getCallerIdentity();
        return Promise.resolve({
            account: caller.accountId,
            bucketArn: store.arn,
            groupName: group.name,
            password: password.result,
            privateSubnetIds: network.privateSubnetIds,
            publicSubnetIds: network.publicSubnetIds,
            natGatewayIds: network.natGateways.apply((gateways) => pulumi.all(gateways.map(({ id }) => id))),
            vpcId: network.vpcId,
        });
    };
}

describe("the local provider under the real engine", function () {
    this.timeout(180_000);
    const host = new MemoryHost();
    const said: string[] = [];
    let folder: string;
    let command: PulumiCommand;
    let provider: RunningProvider;
    let awsxProvider: RunningProvider;

    async function stackOf(settings: Settings): Promise<Stack> {
        const work = {
            pulumiCommand: command,
            workDir: folder,
            pulumiHome: join(folder, "home"),
        };
        const definition = { projectName: "provider", stackName: "test", program: program(settings) };
        return LocalWorkspace.createOrSelectStack(definition, {
            ...work,
            envVars: {
                PULUMI_BACKEND_URL: `file://${folder}`,
                PULUMI_CONFIG_PASSPHRASE: "test",
                PULUMI_SKIP_UPDATE_CHECK: "true",
                PULUMI_DEBUG_PROVIDERS: debugProviders({ provider: provider.port, awsx: awsxProvider.port }),
            },
        });
    }

    const listen = { onOutput: (text: string) => said.push(text), color: "never" as const };

    /** What a preview that must fail says. */
    async function refusal(stack: Stack): Promise<string> {
        return stack.preview(listen).then(
            () => "",
            (reason: unknown) => String(reason),
        );
    }

    before(async () => {
        folder = await mkdtemp(join(tmpdir(), "provider-"));
        command = await engineCommand(await ensureEngine(() => undefined));
        provider = await startProvider({ host, account: "123456789012", region: "us-east-1" });
        awsxProvider = await startAwsxProvider();
    });

    after(async () => {
        await Promise.all([provider.stop(), awsxProvider.stop()]);
        await rm(folder, { recursive: true });
    });

    it("previews without making anything", async () => {
        const stack = await stackOf({ owner: "a", bucket: "first-bucket" });
        const { changeSummary } = await stack.preview(listen);
        expect(changeSummary).to.deep.equal({ create: 31 });
        expect(host.log).to.deep.equal([]);
    });

    it("creates all, and answers ids, secrets and the component's outputs", async () => {
        const stack = await stackOf({ owner: "a", bucket: "first-bucket" });
        const { outputs, summary } = await stack.up(listen);
        expect(summary.resourceChanges).to.deep.equal({ create: 31 });
        expect(outputs.account!.value).to.equal("123456789012");
        expect(outputs.bucketArn!.value).to.equal("arn:aws:s3:::first-bucket");
        expect(outputs.groupName!.value).to.match(/^group-[0-9a-f]{7}$/);
        expect(outputs.password!.secret).to.be.true;
        expect(outputs.password!.value).to.have.length(24);
        expect(outputs.privateSubnetIds!.value).to.have.length(2);
        expect(outputs.publicSubnetIds!.value).to.have.length(2);
        expect(outputs.natGatewayIds!.value).to.have.length(1);
        expect(outputs.vpcId!.value).to.match(/^vpc-[0-9a-f]{17}$/);
    });

    it("finds nothing to do the second time", async () => {
        const stack = await stackOf({ owner: "a", bucket: "first-bucket" });
        const { summary } = await stack.up(listen);
        expect(summary.resourceChanges).to.deep.equal({ same: 31 });
    });

    it("updates one resource for a changed tag", async () => {
        const stack = await stackOf({ owner: "b", bucket: "first-bucket" });
        const { summary } = await stack.up(listen);
        expect(summary.resourceChanges).to.deep.equal({ same: 30, update: 1 });
    });

    it("replaces a bucket whose name changes, and what belongs to it, new before old", async () => {
        host.log.length = 0;
        const stack = await stackOf({ owner: "b", bucket: "second-bucket" });
        const { summary } = await stack.up(listen);
        expect(summary.resourceChanges).to.deep.equal({ same: 29, replace: 2 });
        expect(host.log).to.deep.equal([
            "put aws:s3/bucket:Bucket second-bucket",
            "put aws:s3/bucketVersioning:BucketVersioning second-bucket",
            "remove aws:s3/bucketVersioning:BucketVersioning first-bucket",
            "remove aws:s3/bucket:Bucket first-bucket",
        ]);
    });

    it("replaces a VPC whose range changes together with its security group", async () => {
        const stack = await stackOf({ owner: "b", bucket: "second-bucket", cidr: "10.2.0.0/16" });
        const { summary } = await stack.up(listen);
        expect(summary.resourceChanges).to.deep.equal({ same: 29, replace: 2 });
    });

    it("refreshes from the host, and forgets what the host has lost", async () => {
        const stack = await stackOf({ owner: "b", bucket: "second-bucket", cidr: "10.2.0.0/16" });
        expect((await stack.refresh(listen)).summary.resourceChanges).to.deep.equal({ same: 31 });
        host.records.delete("aws:s3/bucketVersioning:BucketVersioning second-bucket");
        expect((await stack.refresh(listen)).summary.resourceChanges).to.deep.equal({ same: 30, delete: 1 });
        expect((await stack.up(listen)).summary.resourceChanges).to.deep.equal({ same: 30, create: 1 });
    });

    it("names the resource and every problem where inputs are refused, but no secret", async () => {
        const stack = await stackOf({
            owner: "b",
            bucket: "second-bucket",
            cidr: "10.2.0.0/16",
            badCluster: true,
        });
        const error = await refusal(stack);
        expect(error).to.contain("'cluster'");
        expect(error).to.contain("port: got 70000; allowed: at most 65535");
        expect(error).to.contain(
            "masterPassword: got a secret value; allowed: 8 to 128 printable characters",
        );
    });

    it("names a component that it does not know, and what is wrong with one that it knows", async () => {
        const settings = { owner: "b", bucket: "second-bucket", cidr: "10.2.0.0/16" };
        expect(await refusal(await stackOf({ ...settings, badComponent: "type" }))).to.contain(
            "awsx:ecr:Repository is not one of the awsx types this local stack knows: awsx:ec2:Vpc",
        );
        expect(await refusal(await stackOf({ ...settings, badComponent: "args" }))).to.contain(
            'awsx.ec2.Vpc "flat": got 9 zones; allowed in this region: at most 6',
        );
    });

    it("destroys all", async () => {
        const stack = await stackOf({ owner: "b", bucket: "second-bucket", cidr: "10.2.0.0/16" });
        await stack.destroy(listen);
        expect([...host.records.keys()]).to.deep.equal([]);
    });

    it("has shown no secret, and no warning about versions", () => {
        expect(said.join("")).to.not.contain(PASSWORD).and.not.contain(BAD_PASSWORD);
        expect(said.join("")).to.not.match(/resource plugin .* is expected to have version/);
    });
});

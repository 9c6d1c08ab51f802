import { expect } from "chai";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import type { StackOutputs } from "../components/outputs";
import { SettingsError } from "../config/load";
import { REQUIRED_TAGS } from "../config/tags";
import taggable from "../policies/taggable.generated.json";
import { ACCOUNT, arnOf, deploy, REGION, type Deployment, type Recorded } from "./support/mocks";

const ROOT = join(__dirname, "..");
/** Types of the AWS SDK that have a `tags` argument, read from its declarations. */
const TAGGABLE: ReadonlySet<string> = new Set(taggable);
const STACKS = ["local", "dev", "prod"] as const;

/** What the program makes, by type: how many in `local`, `dev` and `prod`. */
const COUNTS: Readonly<Record<string, readonly [local: number, dev: number, prod: number]>> = {
    "aws:budgets/budget:Budget": [1, 1, 1],
    "aws:cloudwatch/logGroup:LogGroup": [6, 6, 6],
    "aws:cloudwatch/metricAlarm:MetricAlarm": [8, 8, 8],
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": [1, 1, 1],
    "aws:ec2/securityGroup:SecurityGroup": [4, 4, 4],
    "aws:ec2/vpcEndpoint:VpcEndpoint": [1, 1, 1],
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": [3, 3, 3],
    "aws:ecr/repository:Repository": [3, 3, 3],
    "aws:elasticache/parameterGroup:ParameterGroup": [1, 1, 1],
    "aws:elasticache/replicationGroup:ReplicationGroup": [1, 1, 1],
    "aws:elasticache/subnetGroup:SubnetGroup": [1, 1, 1],
    "aws:iam/role:Role": [7, 7, 7],
    "aws:iam/rolePolicy:RolePolicy": [7, 7, 7],
    "aws:kms/key:Key": [1, 1, 1],
    "aws:lambda/function:Function": [2, 2, 2],
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": [1, 1, 1],
    "aws:rds/cluster:Cluster": [1, 1, 1],
    "aws:rds/clusterInstance:ClusterInstance": [1, 1, 1],
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": [1, 1, 1],
    "aws:rds/subnetGroup:SubnetGroup": [1, 1, 1],
    "aws:s3/bucket:Bucket": [3, 3, 3],
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": [3, 3, 3],
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": [3, 3, 3],
    "aws:s3/bucketPolicy:BucketPolicy": [3, 3, 3],
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": [3, 3, 3],
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": [3, 3, 3],
    "aws:s3/bucketVersioning:BucketVersioning": [3, 3, 3],
    "aws:sagemaker/modelPackageGroup:ModelPackageGroup": [1, 1, 1],
    "aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy": [1, 1, 1],
    "aws:scheduler/schedule:Schedule": [1, 1, 1],
    "aws:scheduler/scheduleGroup:ScheduleGroup": [1, 1, 1],
    "aws:secretsmanager/secret:Secret": [1, 1, 1],
    "aws:secretsmanager/secretRotation:SecretRotation": [1, 1, 1],
    "aws:secretsmanager/secretVersion:SecretVersion": [1, 1, 1],
    "aws:sfn/stateMachine:StateMachine": [2, 2, 2],
    "aws:sns/topic:Topic": [3, 3, 3],
    "aws:sns/topicPolicy:TopicPolicy": [3, 3, 3],
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": [5, 5, 5],
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": [3, 3, 3],
    "awsx:ec2:Vpc": [1, 1, 1],
    "bqx:stage:Alerts": [1, 1, 1],
    "bqx:stage:Billing": [1, 1, 1],
    "bqx:stage:FeatureStore": [1, 1, 1],
    "bqx:stage:Images": [1, 1, 1],
    "bqx:stage:Inference": [1, 1, 1],
    "bqx:stage:Network": [1, 1, 1],
    "bqx:stage:Processing": [1, 1, 1],
    "bqx:stage:Registry": [1, 1, 1],
    "bqx:stage:Storage": [1, 1, 1],
    "bqx:stage:Training": [1, 1, 1],
    "random:index/randomPassword:RandomPassword": [1, 1, 1],
};

/** What `require` gives Pulumi's Node host. */
const exported: unknown = createRequire(__filename)("../index");

describe("index.ts", () => {
    const deployed = new Map<string, Deployment<StackOutputs>>();
    before(async () => {
        for (const stack of STACKS) {
            deployed.set(stack, await run(stack, configOf(stack)));
        }
    });
    const deployment = (stack: string) => {
        const found = deployed.get(stack);
        if (found === undefined) throw new Error(`${stack} was not deployed`);
        return found;
    };

    it("exports one function without arguments or members, as Pulumi's Node host calls it", () => {
        expect(exported).to.be.an.instanceOf(Function);
        expect(exported).to.have.length(0);
        expect(Object.keys(exported as object)).to.deep.equal([]);
        // The host imports a package of type "module" in another way, which has no `export =`.
        expect(JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"))).not.to.have.property("type");
        expect(parse(readFileSync(join(ROOT, "Pulumi.yaml"), "utf8"))).to.deep.include({ main: "index.ts" });
    });

    it("stays short", () => {
        expect(readFileSync(join(ROOT, "index.ts"), "utf8").split("\n")).to.have.length.below(120);
    });

    it("tells where everything is", () => {
        const { outputs } = deployment("dev");
        expect(outputs).to.have.all.keys(
            ...["account", "region", "network", "buckets", "repositories", "database", "cache"],
            ...["processing", "training", "inference", "registry", "topicArns", "budgetName"],
        );
        expect(outputs).to.deep.include({ account: ACCOUNT, region: REGION, budgetName: "bqx-ml-dev" });
        expect(outputs.buckets.models.name).to.equal(`bqx-ml-models-${ACCOUNT}-dev`);
        expect(outputs.database.host).to.equal("feature-store-database.cluster.test");
        expect(outputs.topicArns.critical).to.equal(arnOf("alerts-critical"));
        expect(JSON.stringify(outputs)).not.to.contain("password of");
    });

    it("makes what the table says, in each stack", () => {
        const types = new Set(STACKS.flatMap((stack) => deployment(stack).resources.map(({ type }) => type)));
        const counts = Object.fromEntries(
            [...types].map((type) => [type, STACKS.map((stack) => deployment(stack).only(type).length)]),
        );
        expect(counts).to.deep.equal(COUNTS);
    });

    for (const stack of STACKS) {
        describe(stack, () => {
            it("tags everything that can carry tags", () => {
                const { resources } = deployment(stack);
                const untagged = resources.filter((resource) => {
                    return isTaggable(resource) && missingTags(resource).length > 0;
                });
                expect(untagged.map(({ type, name }) => `${type} ${name}`)).to.deep.equal([]);
                // So that a change of the SDK's declarations cannot make this test hold for nothing.
                expect(resources.filter(isTaggable)).to.have.length.above(30);
            });

            it("gives each resource a name of its own", () => {
                const urns = deployment(stack).resources.map(({ type, name }) => `${type} ${name}`);
                expect(new Set(urns).size).to.equal(urns.length);
            });

            it("hands no secret on in plain", () => {
                const leaks = deployment(stack).resources.flatMap(({ name, inputs, secretInputs }) =>
                    Object.entries(inputs)
                        .filter(([, value]) => JSON.stringify(value).includes("password of"))
                        .filter(([key]) => !secretInputs.includes(key))
                        .map(([key]) => `${name}.${key}`),
                );
                expect(leaks).to.deep.equal([]);
                expect(deployment(stack).named("feature-store-cache").secretInputs).to.include("authToken");
            });
        });
    }

    it("tells every broken setting and registers nothing", async () => {
        const config = {
            ...configOf("dev"),
            "bqx-ml:database": JSON.stringify({ maxCapacityAcu: 0.25, instanceClas: "db.r7g.large" }),
        };
        let failure: unknown;
        const { resources } = await run("dev", config, (error) => (failure = error));
        expect(failure).to.be.an.instanceOf(SettingsError);
        expect((failure as SettingsError).message).to.match(/^Pulumi\.dev\.yaml has \d problems:\n/);
        expect((failure as SettingsError).message).to.contain("database.maxCapacityAcu: got 0.25, allowed:");
        expect((failure as SettingsError).message).to.contain(
            "database.instanceClas: there is no such setting",
        );
        expect(resources).to.deep.equal([]);
    });
});

/** Runs what the module exports, as the host does; a failure goes to `onFailure` where one is given. */
function run(
    stack: string,
    config: Record<string, string>,
    onFailure?: (error: unknown) => void,
): Promise<Deployment<StackOutputs>> {
    const program = exported as () => Promise<StackOutputs>;
    return deploy(async () => {
        pulumi.runtime.setAllConfig(config);
        try {
            return await program();
        } catch (error) {
            if (onFailure === undefined) throw error;
            onFailure(error);
            return {} as StackOutputs;
        }
    }, stack);
}

/** The configuration in a stack's file, as the engine hands it to a program: text, and JSON for what is structured. */
function configOf(stack: string): Record<string, string> {
    const { config } = parse(readFileSync(join(ROOT, `Pulumi.${stack}.yaml`), "utf8")) as {
        config: Record<string, string | number | boolean | object>;
    };
    return Object.fromEntries(
        Object.entries(config).map(([key, value]) => [
            key,
            typeof value === "object" ? JSON.stringify(value) : String(value),
        ]),
    );
}

/** Whether the SDK lets a type carry tags. */
function isTaggable({ type }: Recorded): boolean {
    return type === "awsx:ec2:Vpc" || TAGGABLE.has(type);
}

function missingTags({ inputs }: Recorded): string[] {
    const tags = (inputs.tags ?? {}) as Record<string, string>;
    return REQUIRED_TAGS.filter((key) => tags[key] === undefined || tags[key] === "");
}

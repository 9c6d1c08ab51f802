import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { Processing } from "../../components/processing";
import { trustOf } from "../../components/jobs";
import { jobPolicy, machinePolicy } from "../../components/processing/plan";
import { processingMachine } from "../../components/processing/states";
import { stageTags } from "../../components/scope";
import { arnOf, deploy, idOf } from "../support/mocks";
import { scopeOf, tagsOf } from "../support/scope";

const REPOSITORY = "111122223333.dkr.ecr.us-east-1.amazonaws.com/bqx-ml-processing-dev";
const tags = tagsOf("processing");

function processing(settings: Record<string, unknown> = {}) {
    return deploy(() => {
        const { stateMachineArn } = new Processing("processing", {
            scope: scopeOf(settings),
            network: { privateSubnetIds: ["subnet-a", "subnet-b"], securityGroups: { jobs: "sg-jobs" } },
            repositoryUrl: REPOSITORY,
            bucket: "datasets",
            database: {
                host: pulumi.output("database.test"),
                port: pulumi.output(5432),
                databaseName: pulumi.output("bqx"),
                secretArn: pulumi.output("arn:secret"),
            },
            topicArns: {
                critical: pulumi.output("arn:critical"),
                warning: pulumi.output("arn:warning"),
                info: pulumi.output("arn:info"),
            },
        });
        return { stateMachineArn };
    });
}

describe("Processing", () => {
    it("makes a state machine, its log, and a role for it and for its jobs", async () => {
        const { resources, outputs } = await processing();
        expect(resources.map(({ type, name, parent }) => [type, name, parent])).to.have.deep.members([
            ["bqx:stage:Processing", "processing", undefined],
            ["aws:iam/role:Role", "processing-job-role", "processing"],
            ["aws:iam/rolePolicy:RolePolicy", "processing-job-role-policy", "processing"],
            ["aws:iam/role:Role", "processing-machine-role", "processing"],
            ["aws:iam/rolePolicy:RolePolicy", "processing-machine-role-policy", "processing"],
            ["aws:cloudwatch/logGroup:LogGroup", "processing-machine-log", "processing"],
            ["aws:sfn/stateMachine:StateMachine", "processing-machine", "processing"],
        ]);
        expect(outputs).to.deep.equal({ stateMachineArn: arnOf("processing-machine") });
    });

    for (const [name, service, policyOf] of [
        ["job", "sagemaker", jobPolicy],
        ["machine", "states", machinePolicy],
    ] as const) {
        it(`gives the ${name}'s role to ${service}, with the planned rights`, async () => {
            const { named } = await processing();
            expect(named(`processing-${name}-role`).inputs).to.deep.equal({
                name: `bqx-ml-processing-${name}-dev`,
                assumeRolePolicy: JSON.stringify(trustOf(service, scopeOf())),
                tags,
            });
            expect(named(`processing-${name}-role-policy`).inputs).to.deep.equal({
                role: idOf(`processing-${name}-role`),
                policy: JSON.stringify(policyOf(scopeOf())),
            });
        });
    }

    it("runs the image of the settings' tag from the private subnets, once both roles have their rights", async () => {
        const { named } = await processing({ processing: { imageTag: "1.2.3" } });
        const { inputs, dependsOn } = named("processing-machine");
        const { definition, ...others } = inputs;
        expect(others).to.deep.equal({
            name: "bqx-ml-processing-dev",
            roleArn: arnOf("processing-machine-role"),
            loggingConfiguration: {
                level: "ERROR",
                includeExecutionData: false,
                logDestination: `${arnOf("processing-machine-log")}:*`,
            },
            tags,
        });
        const scope = scopeOf();
        const expected = processingMachine(scope.settings.processing, {
            stack: "dev",
            imageUri: `${REPOSITORY}:1.2.3`,
            roleArn: arnOf("processing-job-role"),
            bucket: "datasets",
            subnetIds: ["subnet-a", "subnet-b"],
            securityGroupId: "sg-jobs",
            database: { host: "database.test", port: 5432, name: "bqx", secretArn: "arn:secret" },
            criticalTopicArn: "arn:critical",
            warningTopicArn: "arn:warning",
            tags: stageTags(scope, "processing"),
        });
        expect(JSON.parse(String(definition))).to.deep.equal(expected);
        expect(dependsOn).to.include.members([
            "processing-job-role-policy",
            "processing-machine-role-policy",
        ]);
    });

    it("keeps the machine's log as long as the settings say", async () => {
        const { named } = await processing({ logs: { retentionDays: 90 } });
        expect(named("processing-machine-log").inputs).to.deep.equal({
            name: "/aws/vendedlogs/states/bqx-ml-processing-dev",
            retentionInDays: 90,
            tags,
        });
    });
});

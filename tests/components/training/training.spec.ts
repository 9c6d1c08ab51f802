import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { rolePolicy } from "../../../components/callback";
import { trustOf } from "../../../components/jobs";
import { stageTags } from "../../../components/scope";
import { Training } from "../../../components/training";
import { jobPolicy, machinePolicy, REGISTER, registerStatements } from "../../../components/training/plan";
import { trainingMachine } from "../../../components/training/states";
import { rules } from "../../../policies/list";
import { verdict } from "../../policies/verdict";
import { arnOf, deploy, idOf } from "../../support/mocks";
import { scopeOf, tagsOf } from "../../support/scope";
import { PROCESSING, TARGETS } from "./fixture";

const URL = "111122223333.dkr.ecr.us-east-1.amazonaws.com";
const FUNCTION = "bqx-ml-register-models-dev";

function training(settings: Record<string, unknown> = {}, stack = "dev") {
    return deploy(() => {
        const { stateMachineArn } = new Training("training", {
            scope: scopeOf(settings, stack),
            network: {
                privateSubnetIds: ["subnet-a", "subnet-b"],
                securityGroups: { jobs: "sg-jobs", lambda: "sg-lambda" },
            },
            repositoryUrls: {
                training: `${URL}/bqx-ml-training-dev`,
                inference: `${URL}/bqx-ml-inference-dev`,
            },
            bucket: "models",
            groupName: "bqx-ml-models-dev",
            processing: PROCESSING,
            topicArns: {
                critical: pulumi.output("arn:critical"),
                warning: pulumi.output("arn:warning"),
                info: pulumi.output("arn:info"),
            },
        });
        return { stateMachineArn };
    }, stack);
}

describe("Training", function () {
    this.timeout(30_000); // The first one makes the bundle.
    const tags = tagsOf("training");

    it("makes a state machine, the function that registers, and a role for each and for the jobs", async () => {
        const { resources, outputs } = await training();
        const [component, ...children] = resources;
        expect(component).to.include({ type: "bqx:stage:Training", name: "training" });
        expect(new Set(children.map(({ parent }) => parent))).to.deep.equal(new Set(["training"]));
        expect(children.map(({ name }) => name)).to.have.members([
            ...["training-job-role", "training-job-role-policy", "training-machine"],
            ...["training-machine-role", "training-machine-role-policy", "training-machine-log"],
            ...["training-register", "training-register-log", "training-register-role"],
            "training-register-role-policy",
        ]);
        expect(outputs).to.deep.equal({ stateMachineArn: arnOf("training-machine") });
    });

    for (const [name, service, policyOf] of [
        ["job", "sagemaker", jobPolicy],
        ["machine", "states", machinePolicy],
    ] as const) {
        it(`gives the ${name}'s role to ${service}, with the planned rights`, async () => {
            const { named } = await training();
            expect(named(`training-${name}-role`).inputs).to.deep.equal({
                name: `bqx-ml-training-${name}-dev`,
                assumeRolePolicy: JSON.stringify(trustOf(service, scopeOf())),
                tags,
            });
            expect(named(`training-${name}-role-policy`).inputs).to.deep.equal({
                role: idOf(`training-${name}-role`),
                policy: JSON.stringify(policyOf(scopeOf())),
            });
        });
    }

    it("runs the images of the settings' tags from the private subnets, once both roles have their rights", async () => {
        const { named } = await training({ training: { imageTag: "1.2.3" } });
        const { inputs, dependsOn } = named("training-machine");
        const scope = scopeOf();
        expect(JSON.parse(String(inputs.definition))).to.deep.equal(
            trainingMachine(scope.settings, {
                ...TARGETS,
                imageUri: `${URL}/bqx-ml-training-dev:1.2.3`,
                roleArn: arnOf("training-job-role"),
                tags: stageTags(scope, "training"),
            }),
        );
        expect(inputs).to.deep.include({
            name: "bqx-ml-training-dev",
            roleArn: arnOf("training-machine-role"),
            tags,
        });
        expect(dependsOn).to.include.members(["training-job-role-policy", "training-machine-role-policy"]);
    });

    it("tells the function where models go, and gives it the planned rights", async () => {
        const { named } = await training({ training: { inferenceImageTag: "2.0.0" } });
        const { inputs } = named("training-register");
        expect(inputs).to.deep.include({
            ...{ name: FUNCTION, memorySize: 1024, timeout: 240, reservedConcurrentExecutions: 1, tags },
            environment: {
                variables: {
                    ARTEFACTS: "s3://models/artefacts",
                    IMAGE_URI: `${URL}/bqx-ml-inference-dev:2.0.0`,
                    GROUP_NAME: "bqx-ml-models-dev",
                    NODE_EXTRA_CA_CERTS: "/var/runtime/ca-cert.pem",
                },
            },
        });
        const scope = scopeOf();
        expect(named("training-register-role-policy").inputs.policy).to.equal(
            JSON.stringify(rolePolicy({ scope, base: REGISTER, statements: registerStatements(scope) })),
        );
    });

    for (const stack of ["local", "dev", "prod"]) {
        it(`satisfies the policies of ${stack}`, async () => {
            const { resources } = await training({}, stack);
            const found: unknown[] = [];
            let judged = 0;
            for (const { type, name, inputs } of resources.filter((each) => each.type.startsWith("aws:"))) {
                // The analyzer takes no archives.
                const props = Object.fromEntries(Object.entries(inputs).filter(([key]) => key !== "code"));
                for (const rule of rules) {
                    if (!("validateResource" in rule)) continue;
                    const violations = await verdict(rule, { type, name, props }, stack);
                    if (violations === "not applicable") continue;
                    judged += 1;
                    found.push(...violations);
                }
            }
            expect(found).to.deep.equal([]);
            expect(judged).to.be.above(10);
        });
    }
});

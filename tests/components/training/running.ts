import { trainingMachine } from "../../../components/training/states";
import type { Pair } from "../../../config/pairs";
import { registerRun, runSchema } from "../../../functions/registerModels/register";
import type { ModelRegistry } from "../../../sagemaker/registry";
import { filesOf } from "../../functions/registerModels/leftovers";
import { deployGroup } from "../../functions/registerModels/registry";
import { ROLE, SageMakerFixture } from "../../local/services/sagemaker/fixture";
import { StepFunctionsFixture } from "../../local/services/stepfunctions/fixture";
import { PROCESSING, settingsOf, TARGETS } from "./fixture";

/** The pairs that the images know. */
export const PAIRS: readonly Pair[] = ["eurusd", "gbpusd", "usdjpy"];

/** An image that makes a dataset of the pairs that it is asked for. */
const PROCESS = `
    const { mkdirSync, writeFileSync } = require("node:fs");
    for (const pair of process.env.PAIRS.split(",")) {
        const folder = process.env.SAGEMAKER_BASE_DIR + "/processing/output/dataset/" + pair;
        mkdirSync(folder, { recursive: true });
        writeFileSync(folder + "/manifest.json", JSON.stringify({ pair }));
    }`;

/** An image that leaves what sagemaker/training does, and fails for some pairs. */
function trainingImage(failing: readonly Pair[]): string {
    const left = PAIRS.map((pair) => [
        pair,
        Object.entries(filesOf(pair)).map(([name, content]) => [name, content.toString("base64")]),
    ]);
    return `
        const { readFileSync, writeFileSync } = require("node:fs");
        const read = (path) => JSON.parse(readFileSync(process.env.SAGEMAKER_BASE_DIR + "/" + path, "utf8"));
        const leave = (path, ...content) => writeFileSync(process.env.SAGEMAKER_BASE_DIR + "/" + path, ...content);
        const hyperparameters = read("input/config/hyperparameters.json");
        console.log(JSON.stringify(hyperparameters));
        const { pair } = read("input/data/dataset/manifest.json");
        if (pair !== hyperparameters.pair) throw new Error("the channel has " + pair);
        if (${JSON.stringify(failing)}.includes(pair)) {
            leave("output/failure", "UnusableError: the \\"dataset\\" is not whole");
            process.exit(1);
        }
        console.log("validation_r2=0.03\\ntest_r2=-2.1e-02\\ntest_mae=0.0012\\ntest_directional_accuracy=0.53");
        for (const [name, content] of Object.fromEntries(${JSON.stringify(left)})[pair])
            leave("output/data/" + name, content, "base64");
        leave("model/model.onnx", "onnx");`;
}

/** The training machine on the local services, for each test; scripts stand in for the images, the function is the real code. */
export class RunningTraining {
    registry!: ModelRegistry;

    private constructor(
        readonly sageMaker: SageMakerFixture,
        readonly machines: StepFunctionsFixture,
    ) {}

    /** Call once in a `describe`. */
    static use(): RunningTraining {
        const sageMaker = SageMakerFixture.use();
        const training = new RunningTraining(sageMaker, StepFunctionsFixture.use(sageMaker));
        beforeEach(() => training.start());
        return training;
    }

    /** The machine's definition, with jobs that fail for some pairs. */
    async definition(failing: readonly Pair[] = []) {
        const here = { roleArn: ROLE, bucket: "data" };
        return trainingMachine(settingsOf(), {
            ...{ ...TARGETS, ...here },
            imageUri: await this.sageMaker.image("train", trainingImage(failing)),
            processing: {
                ...{ ...PROCESSING, ...here },
                imageUri: await this.sageMaker.image("process", PROCESS),
            },
        });
    }

    /** Deploys the machine, and runs it once. */
    async run(input: object, failing?: readonly Pair[]) {
        return this.machines.run(await this.definition(failing), { pairs: PAIRS.join(","), ...input });
    }

    private async start(): Promise<void> {
        const { harness, s3 } = this.sageMaker;
        const registry = await deployGroup(this.sageMaker);
        this.registry = registry;
        for (const id of TARGETS.subnetIds) await harness.deploy("aws:ec2/subnet:Subnet", id, {});
        await harness.deploy("aws:ec2/securityGroup:SecurityGroup", TARGETS.securityGroupId, {});
        const imageUri = "111122223333.dkr.ecr.us-east-1.amazonaws.com/bqx-ml-inference-dev:0.1.0";
        this.machines.handler((event) =>
            registerRun(runSchema.parse(event), {
                ...{ s3: s3.client, registry, artefacts: "s3://data/artefacts", imageUri },
            }),
        );
    }
}

import { StopProcessingJobCommand } from "@aws-sdk/client-sagemaker";
import { expect } from "chai";
import { cpSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isAlive, type ProcessIdentity } from "../../../../local/processes";
import { refusal, until } from "../harness";
import { SageMakerFixture } from "./fixture";

const DEAF = `process.on("SIGTERM", () => console.log("asked to end")); setInterval(() => {}, 1000); console.log("began");`;
const POLITE = `process.on("SIGTERM", () => process.exit(0)); setInterval(() => {}, 1000); console.log("began");`;

describe("SageMaker Processing: ending jobs", function () {
    this.timeout(20_000);
    const test = SageMakerFixture.use({ graceMilliseconds: 300 });
    const stop = (ProcessingJobName: string) =>
        test.client.send(new StopProcessingJobCommand({ ProcessingJobName }));
    const began = (name: string) => until(`${name} began`, () => test.logOf(name).includes("began"));

    it("asks a job by SIGTERM, and kills it with its children once the grace is over", async () => {
        const script = `
            const { spawn } = require("node:child_process");
            const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
            console.log(child.pid);
            ${DEAF}`;
        await test.create("deaf", script);
        await began("deaf");
        await stop("deaf");
        expect((await test.describe("deaf")).ProcessingJobStatus).to.equal("Stopping");
        const job = await test.ended("deaf");
        expect(job.ProcessingJobStatus).to.equal("Stopped");
        expect(job.FailureReason).to.be.undefined;
        expect(test.logOf("deaf").slice(2)).to.deep.equal([
            "asked to end",
            "The process did not end within 300 ms of SIGTERM and is killed.",
        ]);
        const pid = Number(test.logOf("deaf")[0]);
        await until("the child has gone", () => !isRunning(pid));
    });

    it("stops a job that runs for too long", async () => {
        await test.create("endless", POLITE, { StoppingCondition: { MaxRuntimeInSeconds: 1 } });
        const job = await test.ended("endless");
        expect(job.ProcessingJobStatus).to.equal("Stopped");
        expect(job.FailureReason).to.equal("The job was stopped after MaxRuntimeInSeconds: 1.");
    });

    it("refuses to stop what has ended, and what there is not", async () => {
        await test.create("short", "");
        await test.ended("short");
        expect(await refusal(stop("short"))).to.equal(
            "ValidationException: The request was rejected because the processing job is in status Completed",
        );
        expect(await refusal(stop("none"))).to.equal(
            "ValidationException: Could not find requested job with name: none",
        );
    });

    it("tells other services of the end", async () => {
        const ImageUri = await test.image("quick", "");
        const { service } = test.harness;
        await service.startJob("Processing", test.request("quick", ImageUri));
        const job = await service.jobEnded("Processing", "quick");
        expect(job).to.include({ ProcessingJobName: "quick", ProcessingJobStatus: "Completed" });
        expect(job.CreationTime).to.be.a("date");
        expect(await service.jobEnded("Processing", "quick")).to.deep.equal(job);
        expect(await refusal(service.jobEnded("Processing", "none"))).to.contain(
            "Could not find requested job",
        );
    });

    it("ends its processes with the stack, and remembers their jobs as failed", async () => {
        await test.create("finished", "");
        await test.ended("finished");
        await test.create("running", POLITE);
        await began("running");
        await test.harness.restart();
        const job = await test.describe("running");
        expect(job.ProcessingJobStatus).to.equal("Failed");
        expect(job.FailureReason).to.equal(
            "InternalServerError: The local stack was stopped or has ended while the job ran.",
        );
        expect((await test.describe("finished")).ProcessingJobStatus).to.equal("Completed");
        expect(readdirSync(join(test.harness.dataDir, "processes"))).to.deep.equal([]);
    });

    it("ends after a crash what the dead service has left, and says that its job has failed", async () => {
        await test.create("orphan", DEAF);
        await began("orphan");
        // A killed service would have left its folder like this; the first one here still lives, and writes into its own.
        const dataDir = join(test.harness.dataDir, "copy");
        for (const folder of ["jobs", "processes"]) {
            cpSync(join(test.harness.dataDir, folder), join(dataDir, folder), { recursive: true });
        }
        const [file = ""] = readdirSync(join(dataDir, "processes"));
        const identity = JSON.parse(
            readFileSync(join(dataDir, "processes", file), "utf8"),
        ) as ProcessIdentity;
        const second = test.another(dataDir);
        await second.start();
        expect(isAlive(identity)).to.be.false;
        const described = await second.jobEnded("Processing", "orphan");
        expect(described).to.include({ ProcessingJobStatus: "Failed" });
        expect(described.FailureReason).to.match(
            /^InternalServerError: The local stack was stopped or has ended/,
        );
        await second.stop();
    });
});

function isRunning(pid: number): boolean {
    try {
        return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
    } catch {
        return false;
    }
}

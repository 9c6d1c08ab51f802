import { expect } from "chai";
import fc from "fast-check";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PAIRS } from "../../../config/pairs";
import { leaveMessage, readContainer, shareOf } from "../../../sagemaker/processing/container";
import { temporaryDir } from "../../support/temporary";

const RESOURCES = { current_host: "algo-2", hosts: ["algo-1", "algo-2"] };
const S3Output = { S3Uri: "s3://bqx/features/run-1", LocalPath: "/opt/ml/processing/output/dataset" };
const JOB = {
    ProcessingJobName: "job",
    ProcessingOutputConfig: { Outputs: [{ OutputName: "dataset", S3Output }] },
};

describe("the container of a processing job", () => {
    const dir = temporaryDir();
    const configure = (resources: object, job: object) => {
        mkdirSync(join(dir(), "config"), { recursive: true });
        writeFileSync(join(dir(), "config/resourceconfig.json"), JSON.stringify(resources));
        writeFileSync(join(dir(), "config/processingjobconfig.json"), JSON.stringify(job));
    };

    it("reads what SageMaker says, and makes the output's folder", () => {
        configure(RESOURCES, JOB);
        const outputDir = join(dir(), "processing/output/dataset");
        expect(readContainer(dir())).to.deep.equal({
            hosts: ["algo-1", "algo-2"],
            host: "algo-2",
            outputDir,
            outputUri: "s3://bqx/features/run-1",
        });
        expect(statSync(outputDir).isDirectory()).to.equal(true);
    });

    it("names the file that is missing or says something else", () => {
        expect(() => readContainer(dir())).to.throw(
            `SageMaker has left no ${dir()}/config/resourceconfig.json`,
        );
        configure({ ...RESOURCES, current_host: "algo-3" }, JOB);
        expect(() => readContainer(dir())).to.throw(/resourceconfig\.json cannot be used.*one of hosts/);
        configure(RESOURCES, { ProcessingOutputConfig: { Outputs: [] } });
        expect(() => readContainer(dir())).to.throw('The job has no output "dataset" that goes to S3');
    });

    it("gives each pair to one instance, alike in number, in whatever order the instances are listed", () => {
        fc.assert(
            fc.property(
                fc.integer({ min: 1, max: 30 }),
                fc.shuffledSubarray([...PAIRS], { minLength: 1 }),
                (count, pairs) => {
                    const hosts = Array.from({ length: count }, (_, i) => `algo-${i + 1}`);
                    const shares = hosts.map((host) => shareOf(pairs, { hosts, host }));
                    expect(shares.flat()).to.have.members(pairs);
                    expect(shares.flat()).to.have.length(pairs.length);
                    const lengths = shares.map(({ length }) => length);
                    expect(Math.max(...lengths) - Math.min(...lengths)).to.be.at.most(1);
                    const reversed = [...hosts].reverse();
                    expect(hosts.map((host) => shareOf(pairs, { hosts: reversed, host }))).to.deep.equal(
                        shares,
                    );
                },
            ),
        );
    });

    it("leaves a message of 1 KB at most, never cut within a character", () => {
        leaveMessage(dir(), `a${"é".repeat(1_000)}`);
        const message = readFileSync(join(dir(), "output/message"));
        expect(message).to.have.length(1_023);
        expect(message.toString()).to.equal(`a${"é".repeat(511)}`);
    });
});

import { expect } from "chai";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { imagesOf } from "../../local/images";
import { ROOT } from "../../local/paths";

describe("images", () => {
    const images = imagesOf({ stack: "dev", account: "123456789012" });
    const uri = (repository: string) => `123456789012.dkr.ecr.us-east-1.amazonaws.com/${repository}`;

    for (const stage of ["processing", "training"]) {
        it(`stands for bqx-ml-${stage} with what its Dockerfile puts in, whatever the tag`, () => {
            const image = images(uri(`bqx-ml-${stage}-dev:1`));
            expect(image).to.not.be.undefined;
            expect(images(uri(`bqx-ml-${stage}-dev@sha256:0f`))).to.equal(image);
            expect(images(uri(`bqx-ml-${stage}-prod:1`))).to.be.undefined;
        });
    }

    it("builds the processing program and runs it", async () => {
        const image = images(uri("bqx-ml-processing-dev:1"))!;
        const [shell, , script, build = ""] = await image.pull(() => undefined);
        expect([shell, image.cwd]).to.deep.equal(["sh", ROOT]);
        expect(script).to.match(/exec "\$1" "\$SAGEMAKER_BASE_DIR\/program\/main.js"$/);
        expect(existsSync(join(ROOT, build))).to.be.true;
    });

    it("runs the training program where it is, by the file that its Dockerfile names", () => {
        const { cwd } = images(uri("bqx-ml-training-dev:1"))!;
        expect(existsSync(join(cwd, "train.py"))).to.be.true;
        expect(readFileSync(join(cwd, "Dockerfile"), "utf8")).to.contain("python /app/train.py");
    });

    it("stands for nothing of other repositories", () => {
        expect(images("public.ecr.aws/docker/library/python:3.12")).to.be.undefined;
    });
});

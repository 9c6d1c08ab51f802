import * as aws from "@pulumi/aws";
import { expect } from "chai";
import { knownOr, on, resourceRule } from "../../policies/rule";
import { fixture } from "./fixtures";
import { verdict } from "./verdict";

const TEXT = { name: "test", description: "A rule that only this test has." };
const wrong = { found: "wrong", allowed: "right", fix: "Correct it" };

describe("a rule", () => {
    const bucket = fixture("s3/bucket:Bucket", "dev");

    it("says what it is about, what was found, what is allowed where, and what to do", async () => {
        const rule = resourceRule({ ...TEXT, validateResource: [on(aws.s3.Bucket, () => wrong)] });
        expect(await verdict(rule, bucket, "prod-eu")).to.deep.equal([
            'aws.s3.Bucket "fx": wrong; allowed in prod: right. Correct it.',
        ]);
        expect(await verdict(rule, bucket, "anything")).to.deep.equal([
            'aws.s3.Bucket "fx": wrong; allowed in dev: right. Correct it.',
        ]);
    });

    it("leaves other types alone", async () => {
        const rule = resourceRule({ ...TEXT, validateResource: [on(aws.s3.Bucket, () => wrong)] });
        expect(await verdict(rule, fixture("kms/key:Key", "dev"), "dev")).to.equal("not applicable");
    });

    it("says once what several of its checks found", async () => {
        const rule = resourceRule({
            ...TEXT,
            validateResource: [
                on(
                    aws.s3.Bucket,
                    () => wrong,
                    () => [wrong, [() => wrong]],
                ),
            ],
        });
        expect(await verdict(rule, bucket, "dev")).to.have.length(1);
    });

    it("decides each check on its own where one of them meets an unknown value", async () => {
        const rule = resourceRule({
            ...TEXT,
            validateResource: [
                on(
                    aws.s3.Bucket,
                    (props) => (props.bucket === "x" ? wrong : undefined),
                    () => wrong,
                ),
            ],
        });
        const unknown = { ...bucket, unknown: ["bucket"] };
        expect(await verdict(rule, unknown, "dev")).to.have.length(1);
        expect(await verdict(rule, unknown, "prod")).to.have.length(2);
    });

    it("does not hide a fault of its own", async () => {
        const fault = () => {
            throw new Error("a fault in the rule");
        };
        const rule = resourceRule({ ...TEXT, validateResource: [on(aws.s3.Bucket, fault)] });
        const error: unknown = await verdict(rule, bucket, "dev").catch((reason: unknown) => reason);
        expect(error).to.be.an.instanceOf(Error);
        expect(String((error as Error).cause)).to.contain("a fault in the rule");
        expect(() => knownOr(undefined, fault)).to.throw("a fault in the rule");
    });
});

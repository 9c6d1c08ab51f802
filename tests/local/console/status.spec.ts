import { expect } from "chai";

import { stagesOf } from "../../../local/console/status";
import { recordOf, RECORDS } from "./fixture";

const S3 = { name: "s3", resourceTypes: ["aws:s3/bucket:Bucket"], healthy: true };
const SNS = { name: "sns", resourceTypes: ["aws:sns/topic:Topic"], healthy: false };

describe("stagesOf", () => {
    it("groups records by their stage, in creation order, and sorts the stages", () => {
        const stages = stagesOf(
            [
                recordOf("bqx:stage:Storage", "aws:s3/bucket:Bucket", "models", "bqx-ml-models"),
                recordOf("bqx:stage:Alerts", "aws:sns/topic:Topic", "critical", "arn:aws:sns:::critical"),
                recordOf("bqx:stage:Storage", "aws:s3/bucketPolicy:BucketPolicy", "models", "bqx-ml-models"),
            ],
            [S3, SNS],
        );
        expect(stages).to.deep.equal([
            {
                name: "alerts",
                title: "Alerts",
                healthy: false,
                resources: [{ type: "aws:sns/topic:Topic", name: "critical", id: "arn:aws:sns:::critical" }],
                services: ["sns"],
            },
            {
                name: "storage",
                title: "Storage",
                healthy: true,
                resources: [
                    { type: "aws:s3/bucket:Bucket", name: "models", id: "bqx-ml-models" },
                    { type: "aws:s3/bucketPolicy:BucketPolicy", name: "models", id: "bqx-ml-models" },
                ],
                services: ["s3"],
            },
        ]);
    });

    it("finds the stage above nested components", () => {
        const record = recordOf(
            "bqx:stage:Network$awsx:ec2:Vpc",
            "aws:ec2/subnet:Subnet",
            "private-1",
            "subnet-1",
        );
        expect(stagesOf([record], []).map(({ name }) => name)).to.deep.equal(["network"]);
    });

    it("takes the outermost stage where stages are nested", () => {
        const record = recordOf("bqx:stage:Api$bqx:stage:Alerts", "aws:sns/topic:Topic", "a", "a");
        expect(stagesOf([record], []).map(({ name, title }) => [name, title])).to.deep.equal([
            ["api", "API"],
        ]);
    });

    it("reads a name that holds the separator", () => {
        const record = recordOf("bqx:stage:FeatureStore", "aws:rds/cluster:Cluster", "a::b", "c");
        expect(stagesOf([record], [])).to.deep.include({
            name: "featureStore",
            title: "Feature store",
            healthy: true,
            resources: [{ type: "aws:rds/cluster:Cluster", name: "a::b", id: "c" }],
            services: [],
        });
    });

    it("shows both records while a replacement is under way", () => {
        const old = recordOf("bqx:stage:Storage", "aws:s3/bucket:Bucket", "models", "old");
        const [stage] = stagesOf([old, { ...old, id: "new" }], [S3]);
        expect(stage?.resources.map(({ id }) => id)).to.deep.equal(["old", "new"]);
    });

    it("leaves out records outside any stage", () => {
        expect(stagesOf([recordOf("", "aws:s3/bucket:Bucket", "stray", "stray")], [S3])).to.deep.equal([]);
    });

    it("passes on neither inputs nor outputs", () => {
        expect(RECORDS[0]?.inputs).to.deep.equal({ masterPassword: "hunter2" });
        expect(JSON.stringify(stagesOf(RECORDS, [S3, SNS]))).not.to.contain("hunter2");
    });
});

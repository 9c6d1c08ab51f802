import { expect } from "chai";
import { lifecyclePolicy, pullPolicy } from "../../components/images/plan";

describe("lifecyclePolicy", () => {
    it("expires untagged images by age and tagged ones by number", () =>
        expect(lifecyclePolicy({ keptImages: 20, untaggedDays: 7 })).to.deep.equal({
            rules: [
                {
                    rulePriority: 1,
                    description: "Untagged images expire after 7 days",
                    selection: {
                        tagStatus: "untagged",
                        countType: "sinceImagePushed",
                        countUnit: "days",
                        countNumber: 7,
                    },
                    action: { type: "expire" },
                },
                {
                    rulePriority: 2,
                    description: "The newest 20 tagged images are kept",
                    selection: {
                        tagStatus: "tagged",
                        tagPatternList: ["*"],
                        countType: "imageCountMoreThan",
                        countNumber: 20,
                    },
                    action: { type: "expire" },
                },
            ],
        }));
});

describe("pullPolicy", () => {
    it("lets accounts pull, never push", () =>
        expect(pullPolicy(["444455556666"])).to.deep.equal({
            Version: "2012-10-17",
            Statement: [
                {
                    Sid: "ReadersPull",
                    Effect: "Allow",
                    Principal: { AWS: ["444455556666"] },
                    Action: [
                        "ecr:BatchCheckLayerAvailability",
                        "ecr:BatchGetImage",
                        "ecr:GetDownloadUrlForLayer",
                    ],
                },
            ],
        }));
});

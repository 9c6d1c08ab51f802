import type { Settings } from "../../config/settings";

/** The three image repositories, by what their containers do. */
export const REPOSITORIES = ["training", "processing", "inference"] as const;

export type RepositoryKey = (typeof REPOSITORIES)[number];

/** ECR's lifecycle policy: untagged images go after some days, tagged ones beyond the newest few. */
export function lifecyclePolicy({ keptImages, untaggedDays }: Settings["images"]): object {
    const expire = { action: { type: "expire" } };
    return {
        rules: [
            {
                rulePriority: 1,
                description: `Untagged images expire after ${untaggedDays} days`,
                selection: {
                    tagStatus: "untagged",
                    countType: "sinceImagePushed",
                    countUnit: "days",
                    countNumber: untaggedDays,
                },
                ...expire,
            },
            {
                rulePriority: 2,
                description: `The newest ${keptImages} tagged images are kept`,
                selection: {
                    tagStatus: "tagged",
                    tagPatternList: ["*"],
                    countType: "imageCountMoreThan",
                    countNumber: keptImages,
                },
                ...expire,
            },
        ],
    };
}

/**
 * The policy by which other accounts pull images, to serve the models that they may read.
 * @param accounts 12-digit account ids, at least one
 */
export function pullPolicy(accounts: readonly string[]): object {
    return {
        Version: "2012-10-17",
        Statement: [
            {
                Sid: "ReadersPull",
                Effect: "Allow",
                Principal: { AWS: accounts },
                Action: [
                    "ecr:BatchCheckLayerAvailability",
                    "ecr:BatchGetImage",
                    "ecr:GetDownloadUrlForLayer",
                ],
            },
        ],
    };
}

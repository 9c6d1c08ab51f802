import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../../config/names";
import { PROJECT } from "../../config/tags";
import { stageTags, stageType, type StackScope } from "../scope";
import { lifecyclePolicy, pullPolicy, REPOSITORIES, type RepositoryKey } from "./plan";

export interface ImagesArgs {
    scope: StackScope;
}

/** What other components need of a repository. */
export interface RepositoryOutputs {
    /** Where images are pushed and pulled, without a tag. */
    readonly url: pulumi.Output<string>;
    readonly arn: pulumi.Output<string>;
}

/**
 * The three image repositories. Images are scanned when pushed, and a tag never changes its image.
 *
 * ```ts
 * const images = new Images("images", { scope });
 * const image = pulumi.interpolate`${images.repositories.training.url}:1.4.0`;
 * ```
 *
 * `images.keptImages` and `images.untaggedDays` say what is deleted by itself. The accounts of `registry.readerAccounts`
 * may pull inference images. AWS refuses to delete a repository that holds images.
 *
 * Monthly cost in us-east-1: $0.10 per GB.
 */
export class Images extends pulumi.ComponentResource {
    /** The repositories by what their containers do. */
    readonly repositories: Readonly<Record<RepositoryKey, RepositoryOutputs>>;

    constructor(
        private readonly name: string,
        { scope }: ImagesArgs,
        opts?: pulumi.ComponentResourceOptions,
    ) {
        super(stageType("images"), name, {}, opts);
        const made = REPOSITORIES.map((key) => [key, this.repository(key, scope)] as const);
        this.repositories = Object.fromEntries(made) as Record<RepositoryKey, RepositoryOutputs>;
        this.registerOutputs({ repositories: this.repositories });
    }

    private repository(key: RepositoryKey, scope: StackScope): RepositoryOutputs {
        const { images, registry } = scope.settings;
        const name = `${this.name}-${key}`;
        const repository = new aws.ecr.Repository(
            name,
            {
                name: physicalName("repository", `${PROJECT}-${key}`, scope),
                imageTagMutability: "IMMUTABLE",
                imageScanningConfiguration: { scanOnPush: true },
                encryptionConfigurations: [{ encryptionType: "AES256" }],
                tags: stageTags(scope, "images"),
            },
            { parent: this },
        );
        new aws.ecr.LifecyclePolicy(
            `${name}-lifecycle`,
            { repository: repository.name, policy: JSON.stringify(lifecyclePolicy(images)) },
            { parent: this },
        );
        if (key === "inference" && registry.readerAccounts.length > 0) {
            new aws.ecr.RepositoryPolicy(
                `${name}-policy`,
                { repository: repository.name, policy: JSON.stringify(pullPolicy(registry.readerAccounts)) },
                { parent: this },
            );
        }
        return { url: repository.repositoryUrl, arn: repository.arn };
    }
}

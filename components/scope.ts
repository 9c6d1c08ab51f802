import type { Settings } from "../config/settings";
import { tagsFor, type Stage, type Tags } from "../config/tags";
import type { Pair } from "../config/pairs";

/** What every component is told about the stack it belongs to. Plain values: they decide which resources exist. */
export interface StackScope {
    readonly stack: string;
    /** 12-digit AWS account id. */
    readonly account: string;
    readonly region: string;
    readonly settings: Settings;
}

/** Pulumi's type token of a stage's component; policies and the console recognise stages by it. */
export function stageType(stage: Stage): string {
    return `bqx:stage:${stage.charAt(0).toUpperCase()}${stage.slice(1)}`;
}

/** The tags of one resource of a stage. */
export function stageTags({ stack, settings }: StackScope, stage: Stage, pair?: Pair): Tags {
    return tagsFor({ stack, owner: settings.owner, costCenter: settings.costCenter }, stage, pair);
}

/** Services whose ARNs documents name. */
type ArnService =
    | "ec2"
    | "ecr"
    | "events"
    | "iam"
    | "kms"
    | "lambda"
    | "logs"
    | "rds"
    | "s3"
    | "sagemaker"
    | "scheduler"
    | "secretsmanager"
    | "sns"
    | "states";

/**
 * The ARN of a thing of this stack from its physical name. Documents are built from it and not from a resource's output,
 * so that a preview can show them, and policies judge them, before the thing is made.
 * @param resource the last part: `model-package-group/bqx-ml-models-dev`, or a bucket's name
 */
export function arnOf({ region, account }: StackScope, service: ArnService, resource: string): string {
    switch (service) {
        case "s3":
            return `arn:aws:s3:::${resource}`;
        case "iam":
            return `arn:aws:iam::${account}:${resource}`;
        default:
            return `arn:aws:${service}:${region}:${account}:${resource}`;
    }
}

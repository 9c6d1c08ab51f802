import { z } from "zod";
import { absent, text } from "../protocol/fields";

// What requests of all job kinds share, as AWS checks it. Unknown fields are refused: a typing error would go unseen.

/** Where a container finds its data on AWS. Here each process is given a folder in its place. */
export const CONTAINER_ROOT = "/opt/ml";

const named = (pattern: RegExp, allowed: string) => z.string().regex(pattern, allowed);

/** The name of a job: unique among the jobs of its kind. */
export const jobName = named(
    /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/,
    "1 to 63 letters, digits and hyphens, neither first nor last a hyphen",
);

export const roleArn = named(
    /^arn:aws[a-z-]*:iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@\-_/]+$/,
    "the ARN of an IAM role",
).max(2048);

export const imageUri = named(/^[\S]{1,255}$/, "an image's URI of at most 255 characters");

export const s3Uri = named(/^s3:\/\/[^/]+(\/.*)?$/, "s3://bucket/prefix").max(1024);

/** An absolute path below one of the container's folders, such as `/opt/ml/processing`. */
export const localPath = (folder: string) =>
    text(1, 256).refine(
        (path) => path.startsWith(`${folder}/`) && !/\/(\.{0,2})\/|\/\.{1,2}$/.test(path),
        `a path below ${folder}/ without . and ..`,
    );

export const environment = z
    .record(
        named(/^[a-zA-Z_]\w{0,255}$/, "names of letters, digits and _"),
        z.string().max(256, "at most 256 characters"),
    )
    .refine((variables) => Object.keys(variables).length <= 100, "at most 100 variables");

/** A command line: the entry point, or its arguments. */
export const commandLine = z.array(text(1, 256)).min(1).max(100);

export const instanceType = named(/^ml\.[a-z0-9-]+\.[a-z0-9-]+$/, "an instance type such as ml.m5.xlarge");

export const cluster = z.strictObject({
    InstanceCount: z.int().min(1).max(100),
    InstanceType: instanceType,
    VolumeSizeInGB: z.int().min(1).max(16_384),
    VolumeKmsKeyId: text(1, 2048).optional(),
});

export const networkIsolation = z.literal(
    false,
    "false: the local stack cannot cut a process off from the network",
);

export const vpc = z.strictObject({
    SecurityGroupIds: z
        .array(named(/^sg-[0-9a-z]+$/, "a security group's id"))
        .min(1)
        .max(5),
    Subnets: z
        .array(named(/^subnet-[0-9a-z]+$/, "a subnet's id"))
        .min(1)
        .max(16),
});

export const network = z.strictObject({
    EnableInterContainerTrafficEncryption: z.boolean().optional(),
    EnableNetworkIsolation: networkIsolation.optional(),
    VpcConfig: vpc.optional(),
});

export const tags = z.array(z.strictObject({ Key: text(1, 128), Value: z.string().max(256) })).max(50);

export const experiment = absent("the local stack keeps no experiments");

/** Values that a list holds more than once. */
export function repeated(values: readonly string[]): string[] {
    return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}

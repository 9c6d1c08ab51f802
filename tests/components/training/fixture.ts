import type { ProcessingTargets } from "../../../components/processing/states";
import type { TrainingTargets } from "../../../components/training/states";
import { scopeOf, tagsOf } from "../../support/scope";

const jobs = {
    stack: "dev",
    roleArn: "arn:aws:iam::111122223333:role/job",
    subnetIds: ["subnet-a", "subnet-b"],
    securityGroupId: "sg-jobs",
};

export const PROCESSING: ProcessingTargets = {
    ...jobs,
    imageUri: "111122223333.dkr.ecr.us-east-1.amazonaws.com/bqx-ml-processing-dev:0.1.0",
    bucket: "datasets",
    database: { host: "database.test", port: 5432, name: "bqx", secretArn: "arn:secret" },
    criticalTopicArn: "arn:critical",
    warningTopicArn: "arn:warning",
    tags: tagsOf("processing") as ProcessingTargets["tags"],
};

export const TARGETS: TrainingTargets = {
    ...jobs,
    imageUri: "111122223333.dkr.ecr.us-east-1.amazonaws.com/bqx-ml-training-dev:0.1.0",
    bucket: "models",
    registerFunction: "bqx-ml-register-models-dev",
    topicArns: { critical: "arn:critical", warning: "arn:warning", info: "arn:info" },
    tags: tagsOf("training") as TrainingTargets["tags"],
    processing: PROCESSING,
};

/** The settings of a stack with these of the training stage. */
export const settingsOf = (training: Record<string, unknown> = {}) => scopeOf({ training }).settings;

import type { iam } from "@pulumi/aws";
import { physicalName } from "../../config/names";
import { PROJECT } from "../../config/tags";
import { jobDocument, machineDocument } from "../jobs";
import { arnOf, type StackScope } from "../scope";
import { readDatabaseSecret } from "../secrets";

/** What the container and SageMaker around it may do. */
export function jobPolicy(scope: StackScope): iam.PolicyDocument {
    const bucket = arnOf(scope, "s3", physicalName("bucket", `${PROJECT}-datasets`, scope));
    return jobDocument("processing", scope, [
        { Sid: "ListDatasets", Action: "s3:ListBucket", Resource: bucket },
        {
            Sid: "WriteDatasets",
            Action: ["s3:GetObject", "s3:PutObject"],
            Resource: `${bucket}/features/*`,
        },
        readDatabaseSecret(scope),
    ]);
}

/** What the state machine may do: start and watch jobs of one role, tell two topics, and write its log. */
export function machinePolicy(scope: StackScope): iam.PolicyDocument {
    return machineDocument(scope, { runs: ["processing"], tells: ["critical", "warning"] });
}

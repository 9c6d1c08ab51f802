import type { ResourceType } from "../define";
import { billingTypes } from "./billing";
import { chatbotTypes } from "./chatbot";
import { cloudwatchTypes } from "./cloudwatch";
import { ecrTypes } from "./ecr";
import { elasticacheTypes } from "./elasticache";
import { iamTypes } from "./iam";
import { kmsTypes } from "./kms";
import { lambdaTypes } from "./lambda";
import { networkTypes } from "./network";
import { randomTypes } from "./random";
import { rdsTypes } from "./rds";
import { s3Types } from "./s3";
import { sagemakerTypes } from "./sagemaker";
import { schedulerTypes } from "./scheduler";
import { secretsmanagerTypes } from "./secretsmanager";
import { securityGroupTypes } from "./securityGroups";
import { sfnTypes } from "./sfn";
import { snsTypes } from "./sns";

/** Every resource type that this local stack knows. A new type goes into its service's file. */
export const resourceTypes: readonly ResourceType[] = [
    ...billingTypes,
    ...chatbotTypes,
    ...cloudwatchTypes,
    ...ecrTypes,
    ...elasticacheTypes,
    ...iamTypes,
    ...kmsTypes,
    ...lambdaTypes,
    ...networkTypes,
    ...randomTypes,
    ...rdsTypes,
    ...s3Types,
    ...sagemakerTypes,
    ...schedulerTypes,
    ...secretsmanagerTypes,
    ...securityGroupTypes,
    ...sfnTypes,
    ...snsTypes,
];

const byToken = new Map(resourceTypes.map((type) => [type.token, type]));

/** The type with this token. Throws where it is not in the table. */
export function typeOf(token: string): ResourceType {
    const type = byToken.get(token);
    if (type === undefined) {
        throw new Error(
            `${token} is not one of the ${byToken.size} types this local stack knows; see local/provider/types`,
        );
    }
    return type;
}

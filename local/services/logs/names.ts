import { z } from "zod";
import { text } from "../protocol/fields";
import { AwsError } from "../service";

/** A group's name as AWS allows it. */
export const groupName = z
    .string()
    .regex(/^[\w./#-]{1,512}$/, "a log group's name has at most 512 letters, digits and _./#-");

/** A stream's name as AWS allows it. */
export const streamName = z
    .string()
    .regex(/^[^:*]{1,512}$/, "a log stream's name has at most 512 characters, without : and *");

/** The fields by which reading operations name a group: its name, or its ARN. */
export const groupFields = {
    logGroupName: groupName.optional(),
    logGroupIdentifier: text(1, 2048).optional(),
};

/** The name of the group that a request is about. @throws AwsError where it names none */
export function nameOfGroup(input: {
    readonly logGroupName?: string | undefined;
    readonly logGroupIdentifier?: string | undefined;
}): string {
    const given = input.logGroupName ?? input.logGroupIdentifier;
    if (given === undefined) {
        throw new AwsError(
            "InvalidParameterException",
            "One of logGroupName and logGroupIdentifier must be given.",
        );
    }
    return given.replace(/^arn:[^:]*:logs:[^:]*:[^:]*:log-group:/, "").replace(/:\*$/, "");
}

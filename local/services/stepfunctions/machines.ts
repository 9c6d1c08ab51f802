import { z } from "zod";
import { readRecord } from "../protocol/records";
import { AwsError, type ResourceRecord, type ServiceContext } from "../service";
import { definitionProblems } from "./definition";

export const STATE_MACHINE_TYPE = "aws:sfn/stateMachine:StateMachine";

const machineRecord = z.object({
    arn: z.string(),
    name: z.string(),
    roleArn: z.string(),
    definition: z.string(),
    creationDate: z.string(),
    revisionId: z.string().optional(),
    loggingConfiguration: z
        .object({
            level: z.string().optional(),
            includeExecutionData: z.boolean().optional(),
            logDestination: z.string().optional(),
        })
        .optional(),
});

/** A deployed state machine. */
export type Machine = Readonly<z.output<typeof machineRecord>>;

/** @throws Error that lists every problem of the definition. It takes a tenth of a second: once, at the deployment. */
export function checkMachine(record: ResourceRecord): void {
    const problems = definitionProblems(readMachine(record).definition);
    if (problems.length > 0) throw new Error(`${record.type} "${record.id}": ${problems.join("; ")}`);
}

/** @throws Error that lists what the record lacks */
export function readMachine(record: ResourceRecord): Machine {
    return readRecord(machineRecord, record);
}

/** All state machines, in the order of their creation. */
export function machinesOf({ resources }: ServiceContext): readonly ResourceRecord[] {
    return resources.ofType(STATE_MACHINE_TYPE);
}

/** @throws AwsError `InvalidArn`, `StateMachineDoesNotExist` */
export function findMachine(context: ServiceContext, arn: string): Machine {
    if (!/^arn:aws[a-z-]*:states:[a-z0-9-]+:\d{12}:stateMachine:/.test(arn)) {
        throw new AwsError("InvalidArn", `Invalid Arn: '${arn}'`);
    }
    const record = machinesOf(context).find(({ outputs }) => outputs.arn === arn);
    if (record === undefined) {
        throw new AwsError("StateMachineDoesNotExist", `State Machine Does Not Exist: '${arn}'`);
    }
    return readMachine(record);
}

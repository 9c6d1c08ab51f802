import type { StateMachine } from "aws-local-stepfunctions";
import type { Json } from "./tasks";

/** What the interpreter tells of a run. */
export type InterpreterEvent =
    ReturnType<StateMachine["run"]>["eventLogs"] extends AsyncGenerator<infer Event> ? Event : never;

/** An event of an execution before it has a number: AWS's type, and the details that belong to it. */
export interface NewEvent {
    readonly type: string;
    /** Milliseconds since 1970. */
    readonly timestamp: number;
    readonly details?: Readonly<Record<string, string | number | undefined>>;
}

/** An event as it is kept. */
export interface HistoryEvent extends NewEvent {
    /** Counts from 1. */
    readonly id: number;
}

/** An event as GetExecutionHistory answers with it. */
export function describeEvent({ id, type, timestamp, details }: HistoryEvent): object {
    return {
        id,
        type,
        // The interpreter does not tell which event of a branch came before: the one with the number before stands for it.
        previousEventId: id - 1,
        timestamp: new Date(timestamp),
        ...(details === undefined ? {} : { [detailsName(type)]: details }),
    };
}

/** Translates the interpreter's events of one execution, in their order. */
export class EventTranslator {
    /** Parallel and Map states whose failure was caught: they are left without having succeeded. */
    private readonly caught = new Set<string>();

    /** AWS's events for one of the interpreter's: none for what AWS does not tell, or what the execution itself adds. */
    translate(event: InterpreterEvent): NewEvent[] {
        const { timestamp } = event;
        const as = (type: string, details?: NewEvent["details"]): NewEvent => ({ type, timestamp, details });
        switch (event.type) {
            case "StateEntered": {
                const { name, type, input } = event.state;
                const entered = as(`${type}StateEntered`, { name, input: textOf(input) });
                return type === "Parallel" ? [entered, as("ParallelStateStarted")] : [entered];
            }
            case "StateExited": {
                const { name, type, output } = event.state;
                const exited = as(`${type}StateExited`, { name, output: textOf(output) });
                return isScope(type) && !this.caught.delete(name)
                    ? [as(`${type}StateSucceeded`), exited]
                    : [exited];
            }
            case "StateFailed":
                return isScope(event.state.type)
                    ? [as(`${event.state.type}StateFailed`, failureOf(event))]
                    : [];
            case "StateCaught":
                if (isScope(event.state.type)) this.caught.add(event.state.name);
                return [];
            case "MapIterationStarted":
            case "MapIterationSucceeded":
            case "MapIterationFailed":
                return [as(event.type, { name: event.parentState.name, index: event.index })];
            default:
                return [];
        }
    }
}

/** A value as AWS's events hold it. */
export function textOf(value: Json | undefined): string {
    return JSON.stringify(value ?? null);
}

function failureOf({ Error: error, Cause: cause }: { Error: string; Cause: unknown }): NewEvent["details"] {
    return { error, cause: typeof cause === "string" ? cause : JSON.stringify(cause) };
}

function isScope(type: string): boolean {
    return type === "Parallel" || type === "Map";
}

function detailsName(type: string): string {
    const moment = /State(Entered|Exited)$/.exec(type)?.[1];
    const subject = moment === undefined ? type : `State${moment}`;
    return `${subject.charAt(0).toLowerCase()}${subject.slice(1)}EventDetails`;
}

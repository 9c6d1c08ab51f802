/** What the process of a function is asked to answer. */
export interface InvokeMessage {
    readonly requestId: string;
    /** The event, as JSON. */
    readonly payload: string;
    readonly functionArn: string;
    /** When the time is over: milliseconds since 1970. */
    readonly deadline: number;
}

/** An error as Lambda answers it. */
export interface ErrorBody {
    readonly errorType: string;
    readonly errorMessage: string;
    readonly trace?: readonly string[];
}

/** What the process says of its memory: the most that it has held. */
interface Memory {
    readonly maxMemoryMb: number;
}

/** What the process of a function tells: first that its handler is loaded, then one answer to each event. */
export type RuntimeMessage = Memory &
    (
        | { readonly type: "ready" }
        | { readonly type: "result"; readonly payload: string }
        | { readonly type: "error"; readonly error: ErrorBody }
        /** In the place of either: the process ends with it. */
        | { readonly type: "failed"; readonly error: ErrorBody }
    );

/** In the output: nothing more of an invocation comes after this character, the request's id and a line's end. */
export const MARK = "\u001e";

/** Stands for a line's end within one entry of the log, as Lambda's own runtime writes it. */
export const LINE_BREAK = "\r";

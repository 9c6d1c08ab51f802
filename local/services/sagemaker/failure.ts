/** AWS's names for whose fault a failed job is: the program's, the request's, the service's. */
type Fault = "AlgorithmError" | "ClientError" | "InternalServerError";

/** AWS cuts reasons and messages at this length. */
export const REASON_CHARACTERS_MAX = 1024;

/** Why a job fails; the message is its FailureReason. */
export class JobFailure extends Error {
    constructor(fault: Fault, problem: string, options?: ErrorOptions) {
        super(`${fault}: ${problem}`.slice(0, REASON_CHARACTERS_MAX), options);
    }
}

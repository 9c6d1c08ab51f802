/** A mistake or a circumstance that a person can mend: shown as its message alone, without a stack trace. */
export class UserError extends Error {
    override readonly name = "UserError";
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}

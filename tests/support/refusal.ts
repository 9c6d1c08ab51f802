/** What a promise is rejected with; fails where it is not rejected. */
export async function refusalOf(promise: Promise<unknown>): Promise<Error> {
    const outcome = await promise.then(
        () => undefined,
        (error: unknown) => error,
    );
    if (outcome instanceof Error) return outcome;
    throw new Error(outcome === undefined ? "It was not refused." : "What it was refused with is no Error.");
}

/** What the promise answers, or a rejection that names the task once the time is over. */
export async function within<Result>(
    milliseconds: number,
    task: string,
    promise: Promise<Result>,
): Promise<Result> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
        timer = setTimeout(
            () => reject(new Error(`${task} took more than ${milliseconds} ms`)),
            milliseconds,
        );
    });
    try {
        return await Promise.race([promise, late]);
    } finally {
        clearTimeout(timer);
    }
}

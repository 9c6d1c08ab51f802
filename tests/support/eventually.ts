/** Tries an assertion until it holds; after 3 s its own failure is thrown. */
export async function eventually(assertion: () => unknown, pauseMilliseconds = 10): Promise<void> {
    const deadline = Date.now() + 3_000;
    for (;;) {
        try {
            await assertion();
            return;
        } catch (error) {
            if (Date.now() > deadline) throw error;
            await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds));
        }
    }
}

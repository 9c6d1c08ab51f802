import { Redis, type RedisOptions } from "ioredis";

/**
 * Runs a task on a connection of its own, that is closed afterwards and never tried again.
 *
 * @param milliseconds the most that connecting, or one command, may take
 * @throws what broke the connection (a refused token, an unknown certificate), not merely that it is closed
 */
export async function withClient<Result>(
    options: RedisOptions,
    milliseconds: number,
    task: (client: Redis) => Promise<Result>,
): Promise<Result> {
    const client = new Redis({
        ...options,
        lazyConnect: true,
        // A server that still loads its data answers commands with an error, which is as good as any other.
        enableReadyCheck: false,
        retryStrategy: () => null,
        maxRetriesPerRequest: 0,
        connectTimeout: milliseconds,
        commandTimeout: milliseconds,
    });
    let cause: unknown;
    client.on("error", (error: unknown) => (cause = error));
    try {
        await client.connect();
        return await task(client);
    } catch (error) {
        throw cause ?? error;
    } finally {
        client.disconnect();
    }
}

import type { ClientBase, Pool } from "pg";

/**
 * Runs work while no other session holds the same lock; where one does, nothing is run. The database frees the lock of a
 * session that breaks off.
 * @param lock a number of this kind of work's own
 * @returns what the work returns; undefined where it was not run
 */
export async function withLock<Result>(
    pool: Pool,
    lock: number,
    work: (client: ClientBase) => Promise<Result>,
): Promise<Result | undefined> {
    const client = await pool.connect();
    // A connection that breaks between two queries tells so by an event; the next query is refused with the reason.
    const broken = () => undefined;
    client.on("error", broken);
    let failure: Error | undefined;
    try {
        const { rows } = await client.query<{ taken: boolean }>("select pg_try_advisory_lock($1) as taken", [
            lock,
        ]);
        if (rows[0]?.taken !== true) return undefined;
        const result = await work(client);
        await client.query("select pg_advisory_unlock($1)", [lock]);
        return result;
    } catch (error) {
        failure = error instanceof Error ? error : new Error(String(error));
        throw error;
    } finally {
        client.off("error", broken);
        // After a failure the connection is closed, and its lock with it.
        client.release(failure);
    }
}

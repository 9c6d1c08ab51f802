import type { ClientBase, Pool } from "pg";

/** Runs work in one transaction on a connection of its own: all of it is kept, or where it throws nothing. */
export async function inTransaction<Result>(
    pool: Pool,
    work: (client: ClientBase) => Promise<Result>,
): Promise<Result> {
    const client = await pool.connect();
    // A connection that breaks between two queries tells so by an event; the next query is refused with the reason.
    const broken = () => undefined;
    client.on("error", broken);
    let failure: Error | undefined;
    try {
        await client.query("begin");
        const result = await work(client);
        await client.query("commit");
        return result;
    } catch (error) {
        failure = error instanceof Error ? error : new Error(String(error));
        throw error;
    } finally {
        client.off("error", broken);
        // A connection that something failed on is closed, which rolls back whatever state it is in.
        client.release(failure);
    }
}

import { escapeIdentifier, escapeLiteral, type Pool } from "pg";
import { messageOf } from "../../errors";

/** One parameter of a DB cluster parameter group. */
export interface Parameter {
    readonly name: string;
    readonly value: string;
}

/**
 * The kinds of setting that a group may change here, by PostgreSQL's own categories. The others say where the server
 * listens, how it authenticates, what it loads and what it runs: that is this machine's affair.
 */
const CATEGORIES = [
    "Reporting and Logging / What to Log",
    "Reporting and Logging / When to Log",
    "Query Tuning /",
    "Client Connection Defaults / Statement Behavior",
    "Client Connection Defaults / Locale and Formatting",
    "Lock Management",
    "Resource Usage / Memory",
    "Statistics /",
    "Vacuuming /",
];
/** Settings of the kind `postmaster` and `internal` would need a restart, or cannot be set. */
const CONTEXTS = ["user", "superuser", "sighup"];

/**
 * Brings the server to a parameter group's values without a restart. What does not apply on this machine, such as
 * `rds.force_ssl` (always on here) or a formula of instance memory, is skipped with a line in the log.
 */
export async function applyParameters(
    admin: Pool,
    parameters: readonly Parameter[],
    log: (message: string) => void,
): Promise<void> {
    const { rows } = await admin.query<{ name: string }>(
        "SELECT name FROM pg_settings WHERE context = ANY ($1) AND category LIKE ANY ($2)",
        [CONTEXTS, CATEGORIES.map((category) => `${category}%`)],
    );
    const settable = new Set(rows.map(({ name }) => name));
    await admin.query("ALTER SYSTEM RESET ALL");
    for (const { name, value } of parameters) {
        const problem = settable.has(name)
            ? await problemOf(admin, name, value)
            : "it does not apply on this machine";
        if (problem !== undefined)
            log(`Parameter ${name} = ${JSON.stringify(value)} is skipped: ${problem}.`);
    }
    await admin.query("SELECT pg_reload_conf()");
}

async function problemOf(admin: Pool, name: string, value: string): Promise<string | undefined> {
    try {
        await admin.query(`ALTER SYSTEM SET ${escapeIdentifier(name)} = ${escapeLiteral(value)}`);
        return undefined;
    } catch (error) {
        return messageOf(error);
    }
}

import { escapeIdentifier, escapeLiteral, type Pool } from "pg";
import { scramVerifier } from "./scram";

/** The superuser is the service's own, by RDS's name for it; nobody else knows its password. */
export const ADMIN_ROLE = "rdsadmin";
/** What RDS gives a master user in place of superuser: the run of its own database, but not of the machine. */
const MASTER_GROUP = "rds_superuser";
const MASTER_GROUP_GRANTS = "pg_monitor, pg_signal_backend, pg_checkpoint";

/** Makes the master user and its database, as RDS does, or brings both to what is deployed. Safe to repeat. */
export async function ensureMasterUser(admin: Pool, username: string, database?: string): Promise<void> {
    if (!(await roleExists(admin, MASTER_GROUP))) {
        await admin.query(`CREATE ROLE ${MASTER_GROUP} NOLOGIN`);
        await admin.query(`GRANT ${MASTER_GROUP_GRANTS} TO ${MASTER_GROUP} WITH ADMIN OPTION`);
    }
    const role = escapeIdentifier(username);
    if (!(await roleExists(admin, username))) await admin.query(`CREATE ROLE ${role}`);
    await admin.query(`ALTER ROLE ${role} LOGIN CREATEDB CREATEROLE`);
    await admin.query(`GRANT ${MASTER_GROUP} TO ${role}`);
    if (database === undefined) return;
    const found = await admin.query("SELECT FROM pg_database WHERE datname = $1", [database]);
    const name = escapeIdentifier(database);
    if (found.rowCount === 0) await admin.query(`CREATE DATABASE ${name} OWNER ${role}`);
    else await admin.query(`ALTER DATABASE ${name} OWNER TO ${role}`);
}

/** Sets a password. Sessions that are open stay open, as on RDS. */
export async function setPassword(admin: Pool, username: string, password: string): Promise<void> {
    const verifier = escapeLiteral(scramVerifier(password));
    await admin.query(`ALTER ROLE ${escapeIdentifier(username)} PASSWORD ${verifier}`);
}

async function roleExists(admin: Pool, name: string): Promise<boolean> {
    const found = await admin.query("SELECT FROM pg_roles WHERE rolname = $1", [name]);
    return found.rowCount !== 0;
}

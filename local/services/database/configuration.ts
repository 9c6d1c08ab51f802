/** Files that the server reads from its data folder, rewritten at each start; the certificate's copy is beside them. */
export const CERTIFICATE_FILE = "server.crt";
export const KEY_FILE = "server.key";

/** Connections at once, three of them kept for the service itself. */
const MAX_CONNECTIONS = 100;

/** `postgresql.conf`: safe on power loss, on the loopback address alone, without compiling of plans. */
export function serverConfiguration(port: number): string {
    const settings = {
        listen_addresses: "127.0.0.1",
        port,
        // TCP only: a socket file would be a second way in, past TLS.
        unix_socket_directories: "",
        max_connections: MAX_CONNECTIONS,
        shared_buffers: "256MB",
        fsync: "on",
        full_page_writes: "on",
        // A laptop has few cores, and the queries here are short: compiling them costs more than it saves.
        jit: "off",
        timezone: "UTC",
        log_timezone: "UTC",
        log_line_prefix: "%m [%p] %u@%d ",
        // Standard error goes to the supervisor's log, which it keeps within bounds.
        logging_collector: "off",
        password_encryption: "scram-sha-256",
        ssl: "on",
        ssl_cert_file: CERTIFICATE_FILE,
        ssl_key_file: KEY_FILE,
        ssl_min_protocol_version: "TLSv1.2",
    };
    return Object.entries(settings)
        .map(([name, value]) => `${name} = '${value}'\n`)
        .join("");
}

/** `pg_hba.conf`: TLS and a password for everyone, as with `rds.force_ssl`; what no line allows is refused. */
export const CLIENT_AUTHENTICATION = "hostssl all all 127.0.0.1/32 scram-sha-256\n";

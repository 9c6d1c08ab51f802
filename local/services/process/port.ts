import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { UserError } from "../../errors";
import { commandOf } from "./pidFile";

/** Listens on the loopback address. @throws UserError that names the port, and who has it where the system tells */
export async function listenLocally(server: Server, title: string, port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
        server.once("error", (error: NodeJS.ErrnoException) => {
            reject(error.code === "EADDRINUSE" ? portInUse(title, port) : error);
        });
        server.listen({ port, host: "127.0.0.1", exclusive: true }, resolve);
    });
}

/** Makes sure that a child will be able to listen on the loopback address. @throws UserError as `listenLocally` does */
export async function assertPortFree(title: string, port: number): Promise<void> {
    const probe = createServer();
    await listenLocally(probe, title, port);
    await new Promise((resolve) => probe.close(resolve));
}

function portInUse(title: string, port: number): UserError {
    return new UserError(
        `${title} cannot listen on 127.0.0.1:${port}: the port is in use${ownerText(port)}. ` +
            "Stop that, or give the stack another port.",
    );
}

function ownerText(port: number): string {
    const pid = ownerOf(port);
    if (pid === undefined) return "";
    const command = commandOf(pid)?.slice(0, 100);
    return command === undefined ? ` by process ${pid}` : ` by process ${pid} (${command})`;
}

/** The pid that listens on a port, as far as /proc shows it: other users' processes stay hidden to all but root. */
function ownerOf(port: number): number | undefined {
    if (process.platform !== "linux") return undefined;
    const links = new Set(listeningInodes(port).map((inode) => `socket:[${inode}]`));
    const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    const owner = pids.find((pid) => openFiles(pid).some((link) => links.has(link)));
    return owner === undefined ? undefined : Number(owner);
}

const TCP_LISTEN = "0A";

function listeningInodes(port: number): string[] {
    const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
    return ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((table) =>
        orNone(() => readFileSync(table, "utf8").split("\n"))
            .map((line) => line.trim().split(/\s+/))
            .filter((fields) => fields[1]?.endsWith(suffix) === true && fields[3] === TCP_LISTEN)
            .map((fields) => fields[9] ?? ""),
    );
}

function openFiles(pid: string): string[] {
    const folder = `/proc/${pid}/fd`;
    return orNone(() => readdirSync(folder)).flatMap((fd) => orNone(() => [readlinkSync(`${folder}/${fd}`)]));
}

/** What is looked at may be gone meanwhile, or be hidden because it belongs to another user. */
function orNone(read: () => string[]): string[] {
    try {
        return read();
    } catch {
        return [];
    }
}

import { readFileSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { CertificateFiles } from "../certificate";
import { listenLocally } from "../process/port";

/** A client that opens a connection and then says nothing holds it no longer than this. */
const HANDSHAKE_MILLISECONDS = 10_000;

/** Where clients connect: takes TLS off (Valkey's build has none) and passes bytes to Valkey's socket, both ways. */
export class Front {
    private readonly server: Server;
    private readonly sockets = new Set<Socket>();

    /** @param certificate the server's; without one the front takes plain connections */
    constructor(
        private readonly socketPath: string,
        certificate: CertificateFiles | undefined,
    ) {
        const serve = (client: Socket) => this.serve(client);
        // Half-open: a client may end its side and still wait for answers.
        const options = { allowHalfOpen: true, noDelay: true };
        this.server =
            certificate === undefined
                ? createServer(options, serve)
                : createTlsServer(
                      {
                          ...options,
                          cert: readFileSync(certificate.certPath),
                          key: readFileSync(certificate.keyPath),
                          minVersion: "TLSv1.2",
                          handshakeTimeout: HANDSHAKE_MILLISECONDS,
                      },
                      serve,
                  );
        // Connections that never get through their handshake must end with the server too.
        this.server.on("connection", (socket: Socket) => this.keep(socket));
    }

    /** @throws UserError where the port is in use */
    listen(port: number): Promise<void> {
        return listenLocally(this.server, "The cache", port);
    }

    /** Stops listening and cuts every connection. Safe to call twice. */
    async close(): Promise<void> {
        const closed = new Promise((resolve) => this.server.close(resolve));
        for (const socket of this.sockets) socket.destroy();
        await closed;
    }

    private serve(client: Socket): void {
        const valkey = connect({ path: this.socketPath, allowHalfOpen: true });
        this.keep(valkey);
        this.keep(client);
        // `pipe` slows the sender down to the receiver's pace, and passes the end of one side on.
        client.pipe(valkey).pipe(client);
        // When one side breaks, the other has nobody to talk to: what was received is still delivered first.
        client.once("close", () => valkey.destroySoon());
        valkey.once("close", () => client.destroySoon());
    }

    private keep(socket: Socket): void {
        this.sockets.add(socket);
        // An error is followed by "close", which ends the other side.
        socket.on("error", () => undefined);
        socket.once("close", () => this.sockets.delete(socket));
    }
}

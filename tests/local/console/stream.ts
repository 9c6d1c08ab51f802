import { get } from "node:http";

/** An open stream of server-sent events. */
export interface Stream {
    readonly status: number;
    readonly ended: boolean;
    /** The data of all events of one name so far. */
    events(name: string): readonly string[];
    close(): void;
}

/** Listens to a console's events as a browser does. Resolves when the head of the answer is there. */
export function openStream(port: number): Promise<Stream> {
    return new Promise((resolve, reject) => {
        const asked = get({ host: "127.0.0.1", port, path: "/api/events", agent: false }, (response) => {
            let text = "";
            let ended = false;
            response.setEncoding("utf8");
            response.on("data", (part: string) => (text += part));
            response.on("error", () => undefined); // A cut connection is what some tests want; `close` follows.
            response.on("close", () => (ended = true));
            resolve({
                status: response.statusCode ?? 0,
                get ended() {
                    return ended;
                },
                events: (name) => {
                    const whole = text.slice(0, text.lastIndexOf("\n\n") + 2);
                    return [...whole.matchAll(/event: (.*)\ndata: (.*)\n\n/g)]
                        .filter(([, event]) => event === name)
                        .map(([, , data = ""]) => data);
                },
                close: () => asked.destroy(),
            });
        });
        asked.on("error", reject);
    });
}

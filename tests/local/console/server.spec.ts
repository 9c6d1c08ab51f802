import { request, type IncomingHttpHeaders } from "node:http";

import { expect } from "chai";

import { CLIENTS_MAX } from "../../../local/console/feed";
import { createConsole, type Console } from "../../../local/console/server";
import type { StackStatus } from "../../../local/console/status";
import { eventually } from "../../support/eventually";
import { stackStatus } from "./fixture";
import { openStream, type Stream } from "./stream";

interface Answer {
    readonly status: number;
    readonly headers: IncomingHttpHeaders;
    readonly body: string;
}

describe("console server", () => {
    const timing = { pollMilliseconds: 20, heartbeatMilliseconds: 60 };
    let status: () => Promise<StackStatus>;
    let calls: number;
    let errors: unknown[];
    let server: Console;
    let port: number;
    let streams: Stream[];

    beforeEach(async () => {
        const fixed = stackStatus();
        status = () => Promise.resolve({ ...fixed, now: new Date().toISOString() });
        calls = 0;
        errors = [];
        streams = [];
        server = createConsole({
            status: () => {
                calls++;
                return status();
            },
            onError: (error) => errors.push(error),
            timing,
        });
        port = await server.listen(0);
    });

    afterEach(async () => {
        for (const stream of streams) stream.close();
        await server.close();
    });

    function ask(path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> {
        return new Promise((resolve, reject) => {
            const asked = request({ host: "127.0.0.1", port, path, headers, method }, (response) => {
                let body = "";
                response.setEncoding("utf8");
                response.on("data", (text: string) => (body += text));
                response.on("end", () =>
                    resolve({ status: response.statusCode!, headers: response.headers, body }),
                );
            });
            asked.on("error", reject);
            asked.end();
        });
    }

    async function listen(): Promise<Stream> {
        const stream = await openStream(port);
        streams.push(stream);
        return stream;
    }

    it("serves the page and all that it names", async () => {
        const page = await ask("/");
        expect(page.status).to.equal(200);
        expect(page.headers["content-type"]).to.equal("text/html; charset=utf-8");
        const assets = [...page.body.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path!);
        expect(assets).to.include.members(["/assets/app.js", "/assets/style.css", "/assets/icon.svg"]);
        for (const path of assets) expect((await ask(path)).status, path).to.equal(200);
        expect((await ask("/assets/app.js")).headers["content-type"]).to.equal(
            "text/javascript; charset=utf-8",
        );
    });

    for (const path of ["/", "/assets/app.js", "/api/status", "/api/events", "/nothing"]) {
        it(`guards ${path} with strict headers`, async () => {
            const { headers } = await ask(path, {}, "HEAD");
            const policy = headers["content-security-policy"] as string;
            expect(policy).to.contain("default-src 'none'").and.contain("frame-ancestors 'none'");
            expect(policy).not.to.contain("unsafe");
            expect(headers["x-content-type-options"]).to.equal("nosniff");
            expect(headers["cache-control"]).to.equal(/^\/$|assets/.test(path) ? "no-cache" : "no-store");
            expect(headers).not.to.have.property("access-control-allow-origin");
        });
    }

    for (const host of [
        "evil.example",
        "evil.example:80",
        "127.0.0.1.evil.example",
        "localhost@evil.example",
        "10.0.0.1",
    ]) {
        it(`refuses the host ${host}`, async () => {
            for (const path of ["/", "/api/status", "/api/events"]) {
                const answer = await ask(path, { host });
                expect(answer.status, path).to.equal(421);
                expect(answer.body, path).not.to.contain("000000000042");
            }
            expect(calls).to.equal(0);
        });
    }

    for (const host of ["127.0.0.1", "localhost:4280", "LOCALHOST", "[::1]:4280"]) {
        it(`accepts the host ${host}`, async () => {
            expect((await ask("/api/status", { host })).status).to.equal(200);
        });
    }

    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
        it(`refuses ${method}`, async () => {
            const answer = await ask("/api/status", {}, method);
            expect(answer.status).to.equal(405);
            expect(answer.headers.allow).to.equal("GET, HEAD");
            expect(calls).to.equal(0);
        });
    }

    it("answers HEAD as GET, without a body", async () => {
        const [head, get] = [await ask("/", {}, "HEAD"), await ask("/")];
        expect(head.body).to.equal("");
        expect(head.headers["content-length"]).to.equal(String(Buffer.byteLength(get.body)));
    });

    for (const path of [
        "/nothing",
        "/assets/",
        "/assets/../server.ts",
        "/assets/%2e%2e/server.ts",
        "//",
        "/api/status/",
    ]) {
        it(`knows no ${path}`, async () => {
            expect((await ask(path)).status).to.equal(404);
        });
    }

    it("keeps other sites from the status, but lets them link to the page", async () => {
        const elsewhere = { "sec-fetch-site": "cross-site" };
        expect((await ask("/api/status", elsewhere)).status).to.equal(403);
        expect((await ask("/api/events", { "sec-fetch-site": "same-site" })).status).to.equal(403);
        expect((await ask("/api/status", { "sec-fetch-site": "same-origin" })).status).to.equal(200);
        expect((await ask("/", elsewhere)).status).to.equal(200);
    });

    it("tells the status as JSON", async () => {
        const answer = await ask("/api/status?x=1");
        expect(answer.headers["content-type"]).to.equal("application/json; charset=utf-8");
        const body = JSON.parse(answer.body) as StackStatus;
        expect(body.stages.map(({ name }) => name)).to.deep.equal([
            "alerts",
            "billing",
            "featureStore",
            "images",
            "network",
            "registry",
            "storage",
        ]);
    });

    it("keeps the cause of a failure to the host's log", async () => {
        const cause = new Error("password hunter2");
        status = () => Promise.reject(cause);
        const answer = await ask("/api/status");
        expect(answer.status).to.equal(500);
        expect(answer.body).to.contain("cannot tell its status").and.not.contain("hunter2");
        expect(errors).to.deep.equal([cause]);
    });

    it("pushes the status at once and again only when it changed", async () => {
        const stream = await listen();
        await eventually(() => expect(stream.events("status")).to.have.lengthOf(1));
        await eventually(() => expect(calls).to.be.at.least(6));
        expect(stream.events("status")).to.have.lengthOf(1);

        const changed = stackStatus(["s3"]);
        status = () => Promise.resolve({ ...changed, now: new Date().toISOString() });
        await eventually(() => expect(stream.events("status")).to.have.lengthOf(2));
        const pushed = JSON.parse(stream.events("status")[1]!) as StackStatus;
        expect(pushed.services.filter(({ healthy }) => !healthy).map(({ name }) => name)).to.deep.equal([
            "s3",
        ]);
    });

    it("sends heartbeats while nothing changes", async () => {
        const stream = await listen();
        await eventually(() => expect(stream.events("heartbeat")).to.have.length.at.least(2));
        expect(stream.events("status")).to.have.lengthOf(1);
    });

    it("gives a second listener the status without computing it for each", async () => {
        const first = await listen();
        await eventually(() => expect(first.events("status")).to.have.lengthOf(1));
        const second = await listen();
        await eventually(() => expect(second.events("status")).to.deep.equal(first.events("status")));
    });

    it("computes nothing while nobody listens, and starts again", async () => {
        await new Promise((resolve) => setTimeout(resolve, 4 * timing.pollMilliseconds));
        expect(calls).to.equal(0);
        const stream = await listen();
        await eventually(() => expect(calls).to.be.above(1));
        stream.close();
        let seen = -1;
        await eventually(() => {
            const before = seen;
            seen = calls;
            expect(before).to.equal(calls);
        }, 5 * timing.pollMilliseconds);
        const again = await listen();
        await eventually(() => expect(again.events("status")).to.have.lengthOf(1));
    });

    it("never computes the status twice at once", async () => {
        let running = 0;
        let most = 0;
        status = async () => {
            most = Math.max(most, ++running);
            await new Promise((resolve) => setTimeout(resolve, 3 * timing.pollMilliseconds));
            running--;
            return stackStatus();
        };
        await listen();
        await eventually(() => expect(calls).to.be.at.least(3));
        expect(most).to.equal(1);
    });

    it("says once that the status is unknown, and pushes it when it is back", async () => {
        const good = status;
        const stream = await listen();
        await eventually(() => expect(stream.events("status")).to.have.lengthOf(1));
        status = () => Promise.reject(new Error("password hunter2"));
        await eventually(() => expect(stream.events("problem")).to.have.lengthOf(1));
        const failing = calls;
        await eventually(() => expect(calls).to.be.at.least(failing + 4));
        expect(errors).to.have.lengthOf(1);
        expect(stream.events("problem").join()).not.to.contain("hunter2");
        status = good;
        await eventually(() => expect(stream.events("status")).to.have.lengthOf(2));
    });

    it(`serves ${CLIENTS_MAX} streams and refuses one more until one ends`, async () => {
        for (let count = 0; count < CLIENTS_MAX; count++) await listen();
        const refused = await ask("/api/events");
        expect(refused.status).to.equal(503);
        expect(refused.body).to.contain("Too many pages");
        streams[0]!.close();
        await eventually(async () => {
            const stream = await listen();
            expect(stream.status).to.equal(200);
        });
    });

    it("refuses a port that is taken", async () => {
        const second = createConsole({ status, onError: () => undefined });
        const failure = await second.listen(port).catch((error: unknown) => error);
        expect(failure).to.have.property("code", "EADDRINUSE");
    });

    it("closes with streams open, and twice", async () => {
        const stream = await listen();
        await server.close();
        await server.close();
        await eventually(() => expect(stream.ended).to.equal(true));
        expect(await ask("/").catch((error: unknown) => error)).to.have.property("code", "ECONNREFUSED");
    });
});

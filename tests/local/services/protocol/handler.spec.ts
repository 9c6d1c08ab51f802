import { expect } from "chai";
import { randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { z } from "zod";
import { createHandler, operation } from "../../../../local/services/protocol/handler";
import { AwsError } from "../../../../local/services/service";

describe("createHandler", () => {
    const log: string[] = [];
    let server: Server;

    before(async () => {
        const handle = createHandler(
            {
                json: { target: "Echo", contentType: "application/x-amz-json-1.1" },
                operations: {
                    Echo: operation(z.object({ Text: z.string() }), ({ Text }) => ({
                        Text,
                        At: new Date(1500),
                    })),
                    Break: operation(z.object({}), () => {
                        throw new Error("a detail that is nobody's business");
                    }),
                },
                reserved: ["Create"],
                refuse: (name) => new AwsError("AccessDeniedException", `not ${name}`),
                invalidInputCode: "ValidationException",
                maxBodyBytes: 1000,
            },
            (message) => log.push(message),
        );
        server = createServer((request, response) => {
            void handle(request, response, { requestId: "id-1", region: "us-east-1", account: "1" });
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    });
    after(() => server.close());

    const call = async (
        target: string,
        body: string | Uint8Array<ArrayBuffer>,
        headers: Record<string, string> = {},
    ) => {
        const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
        const response = await fetch(url, {
            method: "POST",
            body,
            headers: { "x-amz-target": target, ...headers },
        });
        return {
            status: response.status,
            headers: response.headers,
            body: (await response.json()) as object,
        };
    };

    it("answers, and names the request", async () => {
        const answer = await call("Echo.Echo", '{"Text":"hi"}');
        expect(answer.status).to.equal(200);
        expect(answer.body).to.deep.equal({ Text: "hi", At: 1.5 });
        expect(answer.headers.get("x-amzn-requestid")).to.equal("id-1");
        expect(answer.headers.get("content-type")).to.equal("application/x-amz-json-1.1");
    });

    it("unpacks a body, up to the limit", async () => {
        const gzip = { "content-encoding": "gzip" };
        const pack = (text: string) => Uint8Array.from(gzipSync(JSON.stringify({ Text: text })));
        expect((await call("Echo.Echo", pack("packed"), gzip)).body).to.include({ Text: "packed" });
        expect((await call("Echo.Echo", pack("x".repeat(2000)), gzip)).status).to.equal(413);
        expect((await call("Echo.Echo", "not packed", gzip)).body).to.include({
            __type: "SerializationException",
        });
    });

    const refusals = [
        {
            title: "what is not JSON",
            target: "Echo.Echo",
            body: "{",
            status: 400,
            type: "SerializationException",
        },
        {
            title: "what does not fit",
            target: "Echo.Echo",
            body: "{}",
            status: 400,
            type: "ValidationException",
        },
        {
            title: "too much",
            target: "Echo.Echo",
            body: randomUUID().repeat(40),
            status: 413,
            type: "RequestEntityTooLarge",
        },
        {
            title: "an unknown operation",
            target: "Echo.Fly",
            body: "{}",
            status: 400,
            type: "UnknownOperationException",
        },
        {
            title: "one every object has",
            target: "Echo.toString",
            body: "{}",
            status: 400,
            type: "UnknownOperationException",
        },
        {
            title: "another service",
            target: "Other.Echo",
            body: "{}",
            status: 400,
            type: "UnknownOperationException",
        },
        {
            title: "a reserved operation",
            target: "Echo.Create",
            body: "{}",
            status: 400,
            type: "AccessDeniedException",
        },
    ];
    for (const { title, target, body, status, type } of refusals) {
        it(`refuses ${title}`, async () => {
            const answer = await call(target, body);
            expect(answer.status).to.equal(status);
            expect(answer.body).to.include({ __type: type });
            expect(answer.headers.get("x-amzn-errortype")).to.equal(type);
        });
    }

    it("keeps the cause of a fault of its own to the log", async () => {
        const answer = await call("Echo.Break", "{}");
        expect(answer.status).to.equal(500);
        expect(JSON.stringify(answer.body)).not.to.contain("nobody's business");
        expect(log.join()).to.contain("nobody's business");
    });
});

import { expect } from "chai";
import { createServer, type Server } from "node:http";
import type { StackStatus } from "../../../local/console/status";
import type { Instance } from "../../../local/instance";
import { HostClient } from "../../../local/services/client";
import { createControl } from "../../../local/services/control";
import { createGateway } from "../../../local/services/gateway";
import type { ResourceRecord } from "../../../local/services/service";
import { refusalOf } from "../../support/refusal";
import { close, CREDENTIALS, listen, REGION } from "./awsHost";

const TYPE = "aws:s3/bucket:Bucket";
const ID = "a name/with ?&=+ and å";
const RECORD: ResourceRecord = {
    urn: `urn:pulumi:dev::bqx-ml::${TYPE}::data`,
    type: TYPE,
    id: ID,
    inputs: { bucket: ID },
    outputs: { arn: "arn" },
    secretKeys: [],
};
const STATUS = { project: "bqx-ml", stack: "dev" } as StackStatus;

describe("the control interface and its client", () => {
    const records = new Map<string, ResourceRecord>();
    let server: Server;
    let instance: Instance;
    let client: HostClient;

    before(async () => {
        const host = {
            put: (record: ResourceRecord): Promise<Record<string, unknown>> => {
                if (record.id === "refused")
                    return Promise.reject(new Error("The bucket is not empty: remove 3 objects."));
                records.set(`${record.type} ${record.id}`, record);
                return Promise.resolve({ port: 4282 });
            },
            remove: (type: string, id: string): Promise<void> => {
                records.delete(`${type} ${id}`);
                return Promise.resolve();
            },
            get: (type: string, id: string) => records.get(`${type} ${id}`),
            all: () => [...records.values()],
            status: () => Promise.resolve(STATUS),
        };
        server = createGateway({
            ...{ services: [], account: "123456789012", region: REGION, credentials: CREDENTIALS },
            control: createControl(host, "the-token"),
            log: () => undefined,
        });
        const port = await listen(server);
        instance = {
            ...{ stack: "dev", account: "123456789012", region: REGION, dir: "", ...CREDENTIALS },
            ports: { console: 1, aws: port, database: 1, cache: 1 },
            ...{ controlToken: "the-token", sealKey: "", passphrase: "" },
        };
        client = new HostClient(instance);
    });
    after(() => close(server));
    beforeEach(() => records.clear());

    async function send(method: string, path: string, body?: string, authorization = "Bearer the-token") {
        const url = `http://127.0.0.1:${instance.ports.aws}/_bqx/${path}`;
        const init = { method, headers: { authorization }, ...(body === undefined ? {} : { body }) };
        const response = await fetch(url, init);
        return { status: response.status, body: (await response.json()) as { message: string } };
    }

    it("puts, answers, lists and removes a record, whatever is in its id", async () => {
        expect(await client.put(RECORD)).to.deep.equal({ port: 4282 });
        expect(await client.get(TYPE, ID)).to.deep.equal(RECORD);
        expect(await client.get(TYPE, "another")).to.equal(undefined);
        expect(await client.list()).to.deep.equal([{ urn: RECORD.urn, type: TYPE, id: ID }]);
        await client.remove(TYPE, ID);
        expect(await client.list()).to.deep.equal([]);
        expect(await client.status()).to.deep.equal(STATUS);
    });

    it("never lists what a record holds", async () => {
        await client.put({ ...RECORD, inputs: { secretString: "hunter2" }, secretKeys: ["secretString"] });
        expect(JSON.stringify(await client.list())).not.to.include("hunter2");
    });

    it("carries a service's refusal as its message", async () => {
        const refusal = await refusalOf(client.put({ ...RECORD, id: "refused" }));
        expect([refusal.name, refusal.message]).to.deep.equal([
            "UserError",
            "The bucket is not empty: remove 3 objects.",
        ]);
    });

    for (const authorization of ["", "Bearer", "Bearer the-tokem", "Bearer the-token2", "Basic the-token"]) {
        it(`refuses the authorization "${authorization}" before anything else`, async () => {
            const { status, body } = await send("PUT", "resource", JSON.stringify(RECORD), authorization);
            expect(status).to.equal(401);
            expect(body.message).to.equal("The control token is missing or wrong.");
            expect(records.size).to.equal(0);
        });
    }

    it("tells every problem of a bad record at once", async () => {
        const bad = { ...RECORD, urn: "no urn", id: "", inputs: [], secretKeys: "a", extra: 1 };
        const { status, body } = await send("PUT", "resource", JSON.stringify(bad));
        expect(status).to.equal(400);
        expect(body.message).to.match(/^Not a record:\n/);
        for (const problem of ["at urn", "at id", "at inputs", "at secretKeys", '"extra"'])
            expect(body.message).to.include(problem);
        expect(records.size).to.equal(0);
    });

    it("refuses what is not JSON, and a call that there is not", async () => {
        expect(await send("PUT", "resource", "{")).to.deep.equal({
            status: 400,
            body: { message: "The body is not JSON." },
        });
        expect(await send("POST", "resource", "{}")).to.deep.equal({
            status: 404,
            body: { message: "There is no POST resource." },
        });
    });

    it("says what to do where no services run", async () => {
        const gone = new HostClient({ ...instance, ports: { ...instance.ports, aws: 1 } });
        expect(await gone.status()).to.equal(undefined);
        const refusal = await refusalOf(gone.put(RECORD));
        expect([refusal.name, refusal.message]).to.deep.equal([
            "UserError",
            'The services of the local stack dev do not answer; run "./bqx up" (or deploy) again to start them.',
        ]);
    });

    it("says so where another program has the port", async () => {
        const other = createServer((_, response) => response.end("<html>"));
        const aws = await listen(other);
        try {
            const misled = new HostClient({ ...instance, ports: { ...instance.ports, aws } });
            expect(await misled.status()).to.equal(undefined);
            expect((await refusalOf(misled.list())).message).to.equal(
                `What answers on port ${aws} are not the services of the local stack dev.`,
            );
        } finally {
            await close(other);
        }
    });
});

import { expect } from "chai";
import type { Server } from "node:http";
import { connectDatabase } from "../../local/connect";
import { UserError } from "../../local/errors";
import type { Instance } from "../../local/instance";
import { createControl } from "../../local/services/control";
import { createGateway } from "../../local/services/gateway";
import { refusalOf } from "../support/refusal";
import { close, CREDENTIALS, listen, REGION } from "./services/awsHost";

const ACCOUNT = "123456789012";
const TOKEN = "the-token";

// That it connects is tested on a whole stack, in tests/e2e/ingest.spec.ts.
describe("connecting to a stack's database", () => {
    let server: Server;
    let instance: Instance;

    before(async () => {
        const host = {
            put: () => Promise.resolve({}),
            remove: () => Promise.resolve(),
            get: () => undefined,
            all: () => [],
            status: () => Promise.reject(new Error("not asked for")),
        };
        server = createGateway({
            ...{ services: [], account: ACCOUNT, region: REGION, credentials: CREDENTIALS },
            control: createControl(host, TOKEN),
            log: () => undefined,
        });
        const port = await listen(server);
        instance = {
            ...{ stack: "dev", account: ACCOUNT, region: REGION, dir: "", ...CREDENTIALS },
            ports: { console: 1, aws: port, database: 1, cache: 1 },
            ...{ controlToken: TOKEN, sealKey: "", passphrase: "" },
        };
    });
    after(() => close(server));

    it("says where none is deployed", async () => {
        const error = await refusalOf(connectDatabase(instance));
        expect(error).to.be.instanceOf(UserError);
        expect(error.message).to.equal(
            'No database is deployed in the local stack "dev". Run "./bqx up" or "./bqx deploy".',
        );
    });

    it("says where the stack does not run", async () => {
        const error = await refusalOf(connectDatabase({ ...instance, ports: { ...instance.ports, aws: 1 } }));
        expect(error).to.be.instanceOf(UserError);
        expect(error.message).to.match(/^The services of the local stack dev do not answer/);
    });
});

import { expect } from "chai";
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isFree, openInstance, type Instance } from "../../../local/instance";
import { identityOf, waitForExit } from "../../../local/processes";
import { HostClient } from "../../../local/services/client";
import { postgresBinDir } from "../../../local/services/database/binaries";
import { ensureHost, stopHost } from "../../../local/services/launch";
import type { ResourceRecord } from "../../../local/services/service";
import type { Tools } from "../../../local/services/services";
import { ensureValkey } from "../../../local/toolchain/valkey";
import { refusalOf } from "../../support/refusal";

const GROUP = "aws:elasticache/replicationGroup:ReplicationGroup";
const PARAMETERS = "aws:elasticache/parameterGroup:ParameterGroup";

function record(type: string, id: string, inputs: Record<string, unknown>): ResourceRecord {
    const urn = `urn:pulumi:test::bqx-ml::${type}::${id}`;
    return { urn, type, id, inputs, outputs: {}, secretKeys: type === GROUP ? ["authToken"] : [] };
}

// One host through all that happens to hosts, in order: each start of one takes seconds.
describe("the host's process", function () {
    this.timeout(60_000);
    const outerState = process.env["BQX_STATE"];
    let dir: string;
    let tools: Tools;
    let instance: Instance;
    let client: HostClient;

    before(async () => {
        dir = realpathSync(mkdtempSync(join(tmpdir(), "bqx-host-")));
        process.env["BQX_STATE"] = dir;
        instance = await openInstance("test", "us-east-1");
        client = new HostClient(instance);
        tools = { postgresDir: postgresBinDir(), valkeyServer: await ensureValkey(() => undefined) };
    });
    after(async () => {
        await stopHost(instance);
        rmSync(dir, { recursive: true, force: true });
        if (outerState === undefined) Reflect.deleteProperty(process.env, "BQX_STATE");
        else process.env["BQX_STATE"] = outerState;
    });

    /** The pid that a file of the stack's folder notes. */
    function pidIn(...path: string[]): number {
        return (JSON.parse(readFileSync(join(instance.dir, ...path), "utf8")) as { pid: number }).pid;
    }
    const hostPid = (): number => pidIn("host.pid.json");
    const cachePid = (): number => pidIn("data", "cache", "valkey.pid.json");

    async function killHost(): Promise<void> {
        const host = identityOf(hostPid())!;
        process.kill(host.pid, "SIGKILL");
        expect(await waitForExit(host, 5_000)).to.equal(true);
    }

    it("does not run before it is started", async () => {
        expect(await client.status()).to.equal(undefined);
        expect(await stopHost(instance)).to.equal(false);
    });

    it("names the port that another program has, and the stack", async () => {
        const other = await occupy(instance.ports.console);
        try {
            const { name, message } = await refusalOf(ensureHost(instance, tools));
            expect(name).to.equal("UserError");
            expect(message).to.include("The local services stopped while starting:");
            expect(message).to.include(
                `Port ${instance.ports.console} (console of the local stack test) is in use by another program.`,
            );
            expect(message).not.to.include("    at ");
        } finally {
            await new Promise((resolve) => other.close(resolve));
        }
    });

    it("is started, serves, and is left alone by a second start", async () => {
        expect(await ensureHost(instance, tools)).to.equal(true);
        const pid = hostPid();
        const status = await client.status();
        expect(status).to.include({ stack: "test", account: instance.account, target: "local" });
        expect(status?.services.map(({ name }) => name)).to.include.members(["s3", "rds", "elasticache"]);
        expect(await ensureHost(instance, tools)).to.equal(false);
        expect(hostPid()).to.equal(pid);
    });

    it("runs what is deployed", async () => {
        const parameters = { family: "valkey8", parameters: [] };
        await client.put(record(PARAMETERS, "parameters", parameters));
        const group = {
            ...{ engine: "valkey", engineVersion: "8.0", nodeType: "cache.t4g.micro" },
            ...{ parameterGroupName: "parameters", transitEncryptionEnabled: true },
            authToken: "a-token-of-the-cache",
        };
        await client.put(record(GROUP, "group", group));
        expect(identityOf(cachePid())).not.to.equal(undefined);
        expect(readFileSync(join(instance.dir, "logs", "services.log"), "utf8")).not.to.include("a-token-of");
    });

    it("comes back after it was killed, with what is deployed, and nothing runs twice", async () => {
        const orphan = cachePid();
        await killHost();
        expect(identityOf(orphan)).not.to.equal(undefined);
        expect(await ensureHost(instance, tools)).to.equal(true);
        expect(identityOf(orphan)).to.equal(undefined);
        expect(identityOf(cachePid())).not.to.equal(undefined);
        expect((await client.list()).map(({ id }) => id)).to.deep.equal(["parameters", "group"]);
    });

    it("is started anew with other code or tools", async () => {
        const [host, cache] = [hostPid(), cachePid()];
        const valkeyServer = join(dir, "valkey-server");
        symlinkSync(realpathSync(tools.valkeyServer), valkeyServer);
        expect(await ensureHost(instance, { ...tools, valkeyServer })).to.equal(true);
        expect([identityOf(host), identityOf(cache)]).to.deep.equal([undefined, undefined]);
        expect(hostPid()).not.to.equal(host);
    });

    it("leaves nothing behind when it is stopped", async () => {
        const [host, cache] = [hostPid(), cachePid()];
        expect(await stopHost(instance)).to.equal(true);
        expect([identityOf(host), identityOf(cache)]).to.deep.equal([undefined, undefined]);
        expect(existsSync(join(instance.dir, "host.pid.json"))).to.equal(false);
        for (const port of Object.values(instance.ports))
            expect(await isFree(port), `port ${port}`).to.equal(true);
        expect(await stopHost(instance)).to.equal(false);
    });

    it("leaves nothing behind when it was killed, then stopped", async () => {
        expect(await ensureHost(instance, tools)).to.equal(true);
        const cache = cachePid();
        await killHost();
        expect(await stopHost(instance)).to.equal(true);
        expect(identityOf(cache)).to.equal(undefined);
    });
});

async function occupy(port: number): Promise<Server> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    return server;
}

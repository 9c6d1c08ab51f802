import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect } from "chai";
import type { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import type { AnalyzerInfo } from "@pulumi/pulumi/proto/analyzer_pb.js";
import { rules } from "../../policies/list";
import { buildPolicies } from "../../tools/policiesBuild";

const PACK = join(__dirname, "../../policies");
const RUNNER = require.resolve("@pulumi/pulumi/cmd/run-policy-pack");

/** Started by an engine on a busy machine; alone it takes 1.3 s, most of it the runner's own. */
const START_SECONDS = 10;

const load = createRequire(require.resolve("@pulumi/policy"));
const { credentials } = load("@grpc/grpc-js") as { credentials: { createInsecure(): object } };
const { AnalyzerClient: Client } = load("@pulumi/pulumi/proto/analyzer_grpc_pb") as {
    AnalyzerClient: new (address: string, channel: object) => AnalyzerClient;
};
const { Empty } = load("google-protobuf/google/protobuf/empty_pb") as {
    Empty: new () => Parameters<AnalyzerClient["getAnalyzerInfo"]>[0];
};

describe("the pack, as the engine starts it", function () {
    this.timeout(30_000);
    let runner: ChildProcess;

    afterEach(async () => {
        runner.kill();
        if (runner.exitCode === null && runner.signalCode === null) await once(runner, "exit");
    });

    it("prints its port in time and offers every rule, all of them mandatory", async () => {
        await buildPolicies();
        const started = performance.now();
        // The engine passes its own address, which a pack that logs nothing never calls, and the folder it starts in.
        runner = spawn(process.execPath, [RUNNER, "127.0.0.1:1", "."], {
            cwd: PACK,
            stdio: ["ignore", "pipe", "inherit"],
        });
        if (runner.stdout === null) throw new Error("The runner has no output");
        const [port] = (await once(createInterface(runner.stdout), "line")) as [string];
        expect((performance.now() - started) / 1000).to.be.below(START_SECONDS);
        expect(port).to.match(/^\d+$/);

        const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
        try {
            const info = await new Promise<AnalyzerInfo>((resolve, reject) => {
                client.getAnalyzerInfo(new Empty(), (error, answer) => {
                    if (error === null) resolve(answer);
                    else reject(error);
                });
            });
            expect(info.getName()).to.equal("bqx-ml");
            expect(info.getPoliciesList().map((policy) => policy.getName())).to.deep.equal(
                rules.map(({ name }) => name),
            );
            expect(
                new Set(info.getPoliciesList().map((policy) => policy.getEnforcementlevel())),
            ).to.deep.equal(new Set([1]));
        } finally {
            client.close();
        }
    });
});

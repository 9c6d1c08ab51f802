import { expect } from "chai";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { OperationRequest } from "../../../local/engine/protocol";
import { runOperation } from "../../../local/engine/run";
import { refusalOf } from "../../support/refusal";
import { environment, temporaryDir } from "../../support/temporary";

describe("an operation of the engine", function () {
    this.timeout(60_000);
    const dir = temporaryDir();
    const engine = (): string => join(dir(), "bin", "pulumi");
    const log = (): string => join(dir(), "state", "dev", "logs", "engine.log");
    environment(() => ({ BQX_STATE: join(dir(), "state") }));

    const request = (changes: Partial<OperationRequest> = {}): OperationRequest => ({
        ...{ kind: "preview", stack: "dev", target: "aws", engine: engine() },
        ...changes,
    });

    function engineThat(does: string): void {
        mkdirSync(join(dir(), "bin"));
        writeFileSync(engine(), `#!/bin/sh\n${does}\n`, { mode: 0o755 });
    }

    it("ends with its failure as a result, not as an exception", async () => {
        const result = await runOperation(request({ target: "local" }), () => undefined);
        expect(result).to.deep.include({
            succeeded: false,
            errors: ['There is no local stack "dev".'],
            policyViolations: [],
            outputs: {},
        });
        expect(result.changes).to.deep.equal({ create: 0, update: 0, replace: 0, delete: 0, same: 0 });
    });

    it("carries a result that is too long for one write", async () => {
        engineThat(
            `awk 'BEGIN { for (i = 0; i < 40000; i++) printf "%s", "a long line of errors " }' >&2; exit 1`,
        );
        const { succeeded, errors } = await runOperation(request(), () => undefined);
        expect(succeeded).to.equal(false);
        expect(errors.join("").length).to.be.above(800_000);
    });

    it("says where its process was killed and where the log is, and leaves no handler of signals", async () => {
        const before = process.listenerCount("SIGINT");
        engineThat("kill -9 $PPID");
        const refusal = await refusalOf(runOperation(request(), () => undefined));
        expect([refusal.name, refusal.message]).to.deep.equal([
            "UserError",
            `The engine's process ended early (SIGKILL); see ${log()}.`,
        ]);
        expect(existsSync(log())).to.equal(true);
        expect(process.listenerCount("SIGINT")).to.equal(before);
    });
});

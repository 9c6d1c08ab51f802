import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readClock, startReplay } from "../../../../local/clock";
import { createSchedulerService } from "../../../../local/services/scheduler";
import { Harness, until } from "../harness";
import { FUNCTION, ROLE, SCHEDULE } from "./fixture";

describe("EventBridge Scheduler: in real time", () => {
    let dir: string;
    beforeEach(() => (dir = mkdtempSync(join(tmpdir(), "bqx-clock-"))));
    afterEach(() => rmSync(dir, { recursive: true }));

    it("follows the stack's clock file: a replay that is started while it runs, each minute once", async () => {
        const times: string[] = [];
        const harness = await Harness.start((context) =>
            createSchedulerService(context, {
                targets: {
                    lambda: { enqueue: (_, payload) => void times.push(payload.toString()) },
                    stateMachines: { start: () => Promise.reject(new Error("not a state machine")) },
                },
                metrics: { record: () => undefined },
                clock: () => readClock(dir),
            }),
        );
        await harness.deploy(
            SCHEDULE,
            "default/a",
            {
                name: "a",
                scheduleExpression: "rate(1 minute)",
                flexibleTimeWindow: { mode: "OFF" },
                target: { arn: FUNCTION, roleArn: ROLE, input: "<aws.scheduler.scheduled-time>" },
            },
            { arn: "arn:aws:scheduler:us-east-1:123456789012:schedule/default/a" },
        );
        const [firstMs, lastMs] = [Date.parse("2017-07-03T08:00Z"), Date.parse("2017-07-03T20:00Z")];
        startReplay(dir, { firstMs, lastMs, speed: 600 });
        await until("fifteen minutes have run", () => replayed(times).length >= 15);
        await harness.stop();
        const found = replayed(times);
        expect(found).to.deep.equal(
            found.map((_, i) => new Date(firstMs + i * 60_000).toISOString().replace(".000", "")),
        );
        const count = times.length;
        await new Promise((resolve) => setTimeout(resolve, 300));
        expect(times).to.have.length(count);
    });
});

/** Without the minute of the wall clock that may have begun before the replay did. */
function replayed(times: readonly string[]): string[] {
    return times.filter((time) => time.startsWith("2017"));
}

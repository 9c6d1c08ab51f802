import { GetObjectCommand, ListBucketsCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { expect } from "chai";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { StackStatus } from "../../local/console/status";
import { ScratchCheckout } from "./scratch";

/** Part of a deployment of about 90: well after its start, well before its end. */
const HALFWAY = 30;

describe("what is killed in the middle", function () {
    this.timeout(180_000);
    let checkout: ScratchCheckout;

    before(() => {
        checkout = new ScratchCheckout();
    });

    after(() => checkout.dispose());

    it("a killed deployment is completed by the next, with no orphan", async () => {
        const deployment = checkout.start("deploy", "--stack", "dev");
        await until(async () => (await deployed(checkout, "dev")).length >= HALFWAY);
        await killGroup(deployment);
        expect((await deployed(checkout, "dev")).length).to.be.lessThan(89);

        const { code, stderr, errors } = await checkout.engine("deploy", "dev");
        expect(code, `${stderr}\n${errors.join("\n")}`).to.equal(0);
        expect(await deployed(checkout, "dev")).to.have.members(inPulumiState(checkout, "dev"));
    });

    it("services that are killed are brought back by the next deployment, with the buckets' content", async () => {
        const s3 = checkout.s3("dev");
        const Bucket = (await s3.send(new ListBucketsCommand({}))).Buckets?.[0]?.Name;
        await s3.send(new PutObjectCommand({ Bucket, Key: "kept", Body: "content" }));
        checkout.edit("Pulumi.dev.yaml", "bqx-ml:owner: ml-platform", "bqx-ml:owner: fx-desk");

        const interrupted = checkout.engine("deploy", "dev");
        await until(() => Promise.resolve(/updated/.test(checkout.engineLog("dev"))));
        process.kill(hostPid(checkout, "dev"), "SIGKILL");
        const { code, errors } = await interrupted;
        expect(code).to.equal(1);
        expect(errors.join("\n")).to.include("The services of the local stack dev do not answer");

        const repaired = await checkout.engine("deploy", "dev");
        expect(repaired.code, repaired.errors.join("\n")).to.equal(0);
        const { services } = await checkout.status("dev");
        expect(services.filter(({ healthy }) => !healthy)).to.deep.equal([]);
        const kept = await s3.send(new GetObjectCommand({ Bucket, Key: "kept" }));
        expect(await kept.Body?.transformToString()).to.equal("content");
        expect(await deployed(checkout, "dev")).to.have.members(inPulumiState(checkout, "dev"));
        expect((await checkout.engine("preview", "dev")).changes).to.deep.equal({
            create: 0,
            update: 0,
            replace: 0,
            delete: 0,
        });
    });

    it("prod runs beside dev: names, ports and state of its own", async () => {
        const { code, errors } = await checkout.engine("deploy", "prod");
        expect(code, errors.join("\n")).to.equal(0);
        const [dev, prod] = [checkout.instance("dev"), checkout.instance("prod")];
        expect(prod.account).not.to.equal(dev.account);
        const ports = [...Object.values(dev.ports), ...Object.values(prod.ports)];
        expect(new Set(ports).size).to.equal(ports.length);
        for (const stack of ["dev", "prod"]) {
            const { services } = await checkout.status(stack);
            expect(
                services.filter(({ healthy }) => !healthy),
                stack,
            ).to.deep.equal([]);
            const { Buckets: buckets = [] } = await checkout.s3(stack).send(new ListBucketsCommand({}));
            const { account } = checkout.instance(stack);
            expect(buckets.map(({ Name }) => Name)).to.deep.equal([
                `bqx-ml-datasets-${account}-${stack}`,
                `bqx-ml-models-${account}-${stack}`,
                `bqx-ml-predictions-${account}-${stack}`,
            ]);
        }
    });

    it("down stops both, and nothing is left running", async () => {
        expect((await checkout.bqx("down")).stdout).to.equal("Stopped dev, prod.\n");
        expect(checkout.processes()).to.deep.equal([]);
    });
});

/** `type|id` of every record that the host of a stack holds; none while it does not answer. */
async function deployed(checkout: ScratchCheckout, stack: string): Promise<string[]> {
    try {
        const status: Partial<StackStatus> = await checkout.status(stack); // No stages while it is stopped.
        return (status.stages ?? []).flatMap(({ resources }) =>
            resources.map(({ type, id }) => `${type}|${id}`),
        );
    } catch {
        return []; // There is no such stack yet.
    }
}

/** `type|id` of every resource of a provider in Pulumi's own state. */
function inPulumiState(checkout: ScratchCheckout, stack: string): string[] {
    const path = join(checkout.state, stack, "pulumi", ".pulumi", "stacks", "bqx-ml", `${stack}.json`);
    const { checkpoint } = JSON.parse(readFileSync(path, "utf8")) as {
        checkpoint: { latest: { resources: { type: string; id: string; custom: boolean }[] } };
    };
    return checkpoint.latest.resources
        .filter(({ type, custom }) => custom && !type.startsWith("pulumi:"))
        .map(({ type, id }) => `${type}|${id}`);
}

function hostPid(checkout: ScratchCheckout, stack: string): number {
    return (JSON.parse(readFileSync(join(checkout.state, stack, "host.pid.json"), "utf8")) as { pid: number })
        .pid;
}

/** Kills a command with all that it started in its process group: not the services, which are meant to outlive it. */
async function killGroup(command: ChildProcess): Promise<void> {
    const ended = once(command, "exit");
    process.kill(-(command.pid ?? 0), "SIGKILL");
    await ended;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
    while (!(await condition())) await sleep(50);
}

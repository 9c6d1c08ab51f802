import { expect } from "chai";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inTurn, withStackLock } from "../../local/lock";
import { identityOf } from "../../local/processes";
import { typescript } from "../support/processes";
import { refusalOf } from "../support/refusal";
import { temporaryDir } from "../support/temporary";

const nothing = (): Promise<string> => Promise.resolve("done");

describe("the lock of a stack", () => {
    const dir = temporaryDir();
    const lock = (): string => join(dir(), "lock");

    it("answers what the work answers, and leaves no file", async () => {
        expect(await withStackLock(dir(), "up", nothing)).to.equal("done");
        expect(readdirSync(dir())).to.deep.equal([]);
    });

    it("is released when the work fails", async () => {
        const failing = withStackLock(dir(), "up", () => Promise.reject(new Error("no space")));
        expect((await refusalOf(failing)).message).to.equal("no space");
        expect(await withStackLock(dir(), "down", nothing)).to.equal("done");
    });

    it("is readable by its owner alone", async () => {
        await withStackLock(dir(), "up", () => {
            expect(statSync(lock()).mode & 0o777).to.equal(0o600);
            return Promise.resolve();
        });
    });

    it("refuses a second command, names the first, and is taken over when the first dies", async () => {
        const holder = await startHolder(dir());
        try {
            const refusal = await refusalOf(withStackLock(dir(), "down", nothing));
            expect(refusal.name).to.equal("UserError");
            expect(refusal.message).to.match(
                new RegExp(
                    `^Another "bqx deploy --stack dev" \\(process ${holder.pid ?? 0}, since 20\\d\\d-`,
                ),
            );
            expect(refusal.message).to.include("Wait for it to end, or stop it");
        } finally {
            await kill(holder);
        }
        expect(existsSync(lock())).to.equal(true);
        expect(await withStackLock(dir(), "down", nothing)).to.equal("done");
        expect(readdirSync(dir())).to.deep.equal([]);
    });

    for (const [title, content] of [
        ["is empty", ""],
        ["is not JSON", '{"doing":"up","si'],
        ["is of another shape", '{"pid":1}'],
    ] as const) {
        it(`is taken over where its file ${title}`, async () => {
            writeFileSync(lock(), content);
            expect(await withStackLock(dir(), "up", nothing)).to.equal("done");
        });
    }

    it("is taken over where another process was given the dead holder's pid", async () => {
        const other = { doing: "up", since: "2026-11-22", process: { pid: process.pid, startTime: "1" } };
        writeFileSync(lock(), JSON.stringify(other));
        expect(await withStackLock(dir(), "up", nothing)).to.equal("done");
    });

    it("leaves the lock that another command took after the folder was removed", async () => {
        const other = JSON.stringify({ doing: "up", since: "now", process: identityOf(process.ppid) });
        await withStackLock(dir(), "down", () => {
            rmSync(lock());
            writeFileSync(lock(), other);
            return Promise.resolve();
        });
        expect(readFileSync(lock(), "utf8")).to.equal(other);
    });

    it("lets a moment's work wait for its turn", async () => {
        const order: string[] = [];
        const turn = (name: string): Promise<void> =>
            inTurn(lock(), name, async () => {
                order.push(`${name} begins`);
                await new Promise((resolve) => setTimeout(resolve, 30));
                order.push(`${name} ends`);
            });
        await Promise.all([turn("one"), turn("two"), turn("three")]);
        expect(order.filter((_, i) => i % 2 === 0).map((line) => line.split(" ")[0])).to.have.members([
            "one",
            "two",
            "three",
        ]);
        for (let i = 0; i < order.length; i += 2)
            expect(order[i + 1]).to.equal(order[i]?.replace("begins", "ends"));
    });
});

/** A process that holds the lock until it is killed. */
async function startHolder(dir: string): Promise<ChildProcess> {
    const script = join(dir, "holder.ts");
    const module = JSON.stringify(join(__dirname, "../../local/lock"));
    writeFileSync(
        script,
        `import { withStackLock } from ${module};
        void withStackLock(${JSON.stringify(dir)}, "deploy --stack dev", () => new Promise(() => {
            process.send!("held");
            setInterval(() => undefined, 1000);
        }));`,
    );
    const child = spawn(process.execPath, typescript(script), {
        stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    await once(child, "message");
    rmSync(script);
    return child;
}

async function kill(child: ChildProcess): Promise<void> {
    child.kill("SIGKILL");
    await once(child, "exit");
}

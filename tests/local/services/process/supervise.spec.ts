import { expect } from "chai";
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { LOG_BYTES_MAX, openLog, tailOf } from "../../../../local/services/process/logFile";
import { recordPid, stopRecorded } from "../../../../local/services/process/pidFile";
import { assertPortFree } from "../../../../local/services/process/port";
import { SupervisedProcess, type ProcessPlan } from "../../../../local/services/process/supervise";
import { freePort, refusal, runs, until, Workplace } from "./workplace";

const SERVER = `require("node:net").createServer().listen(Number(process.argv[2]), "127.0.0.1");`;

describe("a supervised process", function () {
    this.timeout(20_000);
    let place: Workplace;
    let port: number;
    const started: SupervisedProcess[] = [];

    beforeEach(async () => {
        place = new Workplace();
        port = await freePort();
    });
    afterEach(async () => {
        for (const each of started.splice(0)) await each.stop();
        place.remove();
    });

    /** A child that runs a script with the port as its argument; it serves once the port accepts. */
    function child(script: string, changes: Partial<ProcessPlan> = {}): SupervisedProcess {
        writeFileSync(join(place.dir, "child.js"), script);
        const plan: ProcessPlan = {
            title: "The child",
            command: process.execPath,
            args: [join(place.dir, "child.js"), String(port)],
            cwd: place.dir,
            env: {},
            logFile: join(place.dir, "child.log"),
            pidFile: join(place.dir, "child.json"),
            stop: { signal: "SIGTERM", milliseconds: 5_000 },
            ready: () => accepts(port),
            readyMilliseconds: 10_000,
            ...changes,
        };
        const supervised = new SupervisedProcess(plan, (line) => place.lines.push(line));
        started.push(supervised);
        return supervised;
    }

    it("serves once it has started, and leaves nothing once it has stopped", async () => {
        const supervised = child(SERVER);
        expect(supervised.problem).to.equal("It is not running.");
        await supervised.start();
        await accepts(port);
        expect(supervised.problem).to.equal(undefined);
        const pid = supervised.pid!;
        await supervised.stop();
        await supervised.stop();
        expect(runs(pid)).to.equal(false);
        expect(existsSync(join(place.dir, "child.json"))).to.equal(false);
    });

    it("is started again when it is killed", async () => {
        const supervised = child(SERVER);
        await supervised.start();
        const first = supervised.pid!;
        process.kill(first, "SIGKILL");
        await until(() => expect(supervised.problem).to.match(/ended by itself by SIGKILL; it is being/));
        await until(() => expect(supervised.problem).to.equal(undefined));
        await accepts(port);
        expect(supervised.pid).not.to.equal(first);
    });

    it("is given up after five restarts in a minute, with the reason", async () => {
        const supervised = child(SERVER);
        await supervised.start();
        writeFileSync(join(place.dir, "child.js"), `console.error("no room"); process.exit(3);`);
        process.kill(supervised.pid!, "SIGKILL");
        await until(() => expect(supervised.problem).to.match(/5 restarts within a minute did not help/));
        expect(supervised.problem).to.contain("with code 3").and.to.contain("no room");
        expect(place.lines.filter((line) => line.includes("being restarted"))).to.have.length(5);
    });

    it("is not started again by a supervisor that is stopped meanwhile", async () => {
        const supervised = child(SERVER);
        await supervised.start();
        process.kill(supervised.pid!, "SIGKILL");
        await until(() => expect(supervised.problem).to.match(/being restarted/));
        await supervised.stop();
        expect(await refusal(accepts(port))).to.contain("ECONNREFUSED");
    });

    it("fails its start with the end of its log when it ends at once", async () => {
        const message = await refusal(child(`console.error("bad setting"); process.exit(1);`).start());
        expect(message).to.match(
            /^The child ended at its start with code 1\. The end of .*child\.log:\nbad setting$/,
        );
    });

    it("fails its start when there is no such program", async () => {
        const message = await refusal(child(SERVER, { command: join(place.dir, "absent") }).start());
        expect(message).to.match(/^The child cannot be started: .*ENOENT/);
    });

    it("fails its start, and is ended, when it does not serve in time", async () => {
        const supervised = child(`console.log("thinking"); setInterval(() => 0, 1000);`, {
            readyMilliseconds: 300,
        });
        const message = await refusal(supervised.start());
        expect(message).to.match(/did not serve within 0\.3 s .*ECONNREFUSED/);
        expect(runs(supervised.pid!)).to.equal(false);
    });

    it("is killed when it does not stop in time", async () => {
        const supervised = child(`process.on("SIGTERM", () => 0); ${SERVER}`, {
            stop: { signal: "SIGTERM", milliseconds: 100 },
        });
        await supervised.start();
        const pid = supervised.pid!;
        await supervised.stop();
        expect(runs(pid)).to.equal(false);
        expect(place.lines).to.deep.equal(["The child did not stop in 100 ms and is killed."]);
    });
});

describe("a noted pid", () => {
    const manner = { signal: "SIGTERM", milliseconds: 1_000 } as const;
    let place: Workplace;
    let file: string;

    beforeEach(() => {
        place = new Workplace();
        file = join(place.dir, "pid.json");
    });
    afterEach(() => place.remove());

    it("is of nobody where the process has gone, and the note is dropped", async () => {
        writeFileSync(file, JSON.stringify({ pid: 999_999_999, startTime: "1", command: "gone" }));
        expect(await stopRecorded(file, manner)).to.equal(undefined);
        expect(existsSync(file)).to.equal(false);
    });

    for (const [title, change] of [
        ["another start time", { startTime: "1" }],
        ["another command line", { command: "postgres -D /elsewhere" }],
    ] as const) {
        it(`does not touch a process with ${title}`, async () => {
            recordPid(file, process.pid);
            const noted = JSON.parse(readFileSync(file, "utf8")) as object;
            writeFileSync(file, JSON.stringify({ ...noted, ...change }));
            // Were it taken for the noted one, this very process would end here.
            expect(await stopRecorded(file, manner)).to.equal(undefined);
        });
    }

    it("survives a torn note", async () => {
        writeFileSync(file, `{"pid": 1, `);
        expect(await stopRecorded(file, manner)).to.equal(undefined);
    });
});

describe("a port", () => {
    it("is refused when it is in use, by name of the port and of who has it", async () => {
        const server = createServer();
        const port = await freePort();
        await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
        try {
            const message = await refusal(assertPortFree("PostgreSQL", port));
            expect(message).to.contain(`PostgreSQL cannot listen on 127.0.0.1:${port}: the port is in use`);
            if (process.platform === "linux") expect(message).to.contain(`by process ${process.pid} (`);
        } finally {
            await new Promise((resolve) => server.close(resolve));
        }
        await assertPortFree("PostgreSQL", port);
    });
});

describe("a child's log", () => {
    it("moves aside when it is full, and its end can be told", () => {
        const place = new Workplace();
        const path = join(place.dir, "child.log");
        expect(tailOf(path)).to.equal("");
        writeFileSync(path, `${"x".repeat(LOG_BYTES_MAX)}\nlast words\n`, { mode: 0o600 });
        expect(tailOf(path)).to.match(/\nlast words$/);
        const file = openLog(path);
        writeFileSync(file, "first words\n");
        expect(readFileSync(path, "utf8")).to.equal("first words\n");
        expect(statSync(`${path}.1`).size).to.be.greaterThan(LOG_BYTES_MAX);
        rmSync(path);
        place.remove();
    });
});

function accepts(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
        const socket = connect(port, "127.0.0.1", () => {
            socket.destroy();
            resolve();
        });
        socket.once("error", reject);
    });
}

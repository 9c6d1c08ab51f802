import { expect } from "chai";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { eventually } from "../../support/eventually";
import { temporaryDir } from "../../support/temporary";
import { writeArtefact } from "./artefact";
import { RunningServer, ServerProgram } from "./host";

const ROW = { rows: [[0.5, 1, 2]] };

describe("the inference server's life", function () {
    this.timeout(30_000);
    const dir = temporaryDir();
    let program: ServerProgram;
    let server: RunningServer;

    before(async () => {
        program = await ServerProgram.build();
    });
    after(() => program.remove());
    afterEach(() => server.stop());

    const start = async (environment: Readonly<Record<string, string>>) => {
        writeArtefact(join(dir(), "m"));
        server = await program.start(environment);
        await server.load("m", join(dir(), "m"));
    };
    const said = (message: string) =>
        eventually(() => expect(server.lines.map((line) => line["message"])).to.include(message));

    it("refuses invocations beyond its queue, and says when to come again", async () => {
        await start({ MAX_QUEUE: "2" });
        const waiting = await Promise.all([server.begin("m", ROW), server.begin("m", ROW)]);
        await eventually(async () => {
            const { status, headers, text } = await server.invoke("m", ROW);
            expect(status).to.equal(503);
            expect(headers.get("retry-after")).to.equal("1");
            expect(text).to.contain("2 invocations are under way");
        });
        // Its health does not hang on its load.
        expect((await server.request("GET", "/ping")).status).to.equal(200);
        for (const { finish } of waiting) finish();
        for (const { answered } of waiting) expect((await answered).status).to.equal(200);
        expect((await server.invoke("m", ROW)).status).to.equal(200);
    });

    it("forgets requests that their clients give up", async () => {
        await start({ MAX_QUEUE: "1" });
        const { answered, abort } = await server.begin("m", ROW);
        await eventually(async () => expect((await server.invoke("m", ROW)).status).to.equal(503));
        abort();
        await answered.catch(() => undefined);
        await said("request given up by its client");
        expect((await server.invoke("m", ROW)).status).to.equal(200);
    });

    it("waits for a body no longer than it may take", async () => {
        await start({ REQUEST_MILLISECONDS: "500" });
        const { answered } = await server.begin("m", ROW);
        expect((await answered).status).to.equal(408);
    });

    it("ends predictions that take too long", async () => {
        await start({ REQUEST_MILLISECONDS: "1" });
        const { status, text } = await server.invoke("m", { rows: Array(10_000).fill([1, 2, 3]) });
        expect(status).to.equal(503);
        expect(text).to.contain("The predictions took longer than 1 ms");
    });

    it("answers what is under way once it is told to stop, and takes no more", async () => {
        await start({});
        const { answered, finish } = await server.begin("m", ROW);
        await eventually(() => server.request("GET", "/ping"));
        server.child.kill("SIGTERM");
        await said("draining");
        const [late] = await Promise.allSettled([server.request("GET", "/ping")]);
        expect(late.status).to.equal("rejected");
        finish();
        const { status, headers } = await answered;
        expect([status, headers.connection]).to.deep.equal([200, "close"]);
        expect(await server.ended).to.equal(0);
        expect(server.lines.at(-1)).to.deep.equal({ message: "stopped" });
    });

    it("cuts off what does not end in time, and says so", async () => {
        await start({ DRAIN_MILLISECONDS: "100" });
        const { answered } = await server.begin("m", ROW);
        const cutOff = answered.catch((error: unknown) => error);
        await server.request("GET", "/ping");
        server.child.kill("SIGTERM");
        expect(await cutOff).to.be.instanceOf(Error);
        expect(await server.ended).to.equal(1);
        expect(server.lines).to.deep.include({ message: "requests cut off", underWay: 1 });
    });

    for (const { title, environment, expected } of [
        {
            title: "settings that cannot be used",
            environment: { MAX_QUEUE: "none" },
            expected: /MAX_QUEUE: got "none"/,
        },
        {
            title: "an address that is not its own",
            environment: { BIND_ADDRESS: "192.0.2.1" },
            expected: /EADDRNOTAVAIL/,
        },
    ])
        it(`does not start with ${title}`, async () => {
            server = new RunningServer(program.spawn(environment));
            expect(await server.ended).to.equal(1);
            expect(server.lines).to.have.length(1);
            expect(server.lines[0]).to.have.property("error").that.matches(expected);
        });

    it("does not start where its port is taken, or with an only model that is bad", async () => {
        const other = createServer().listen(0, "127.0.0.1");
        await once(other, "listening");
        const port = String((other.address() as AddressInfo).port);
        server = new RunningServer(program.spawn({ SAGEMAKER_BIND_TO_PORT: port }));
        expect(await server.ended).to.equal(1);
        other.close();
        expect(server.lines[0])
            .to.have.property("error")
            .that.matches(/EADDRINUSE/);
        writeArtefact(join(dir(), "ml/model"), { manifest: { format: 2 } });
        server = new RunningServer(program.spawn({ SAGEMAKER_BASE_DIR: join(dir(), "ml") }));
        expect(await server.ended).to.equal(1);
        expect(server.lines[0])
            .to.have.property("error")
            .that.matches(/manifest\.json: format/);
    });
});

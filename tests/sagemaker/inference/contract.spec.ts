import { expect } from "chai";
import { join } from "node:path";
import { CATALOGUE_HASH } from "../../../features/catalogue";
import { temporaryDir } from "../../support/temporary";
import { contentsOf, LINEAR, writeArtefact } from "./artefact";
import { ServerProgram, type RunningServer } from "./host";
import { linearModel, padded } from "./onnx";

const ROW = { rows: [[0.5, 1, 2]] };

interface Page {
    readonly models: { readonly modelName: string; readonly modelUrl: string }[];
    readonly nextPageToken?: string;
}

interface Answers {
    readonly predictions: readonly object[];
}

/** SageMaker's contract for containers of many models, on the program of the image. */
describe("the multi-model contract", function () {
    this.timeout(30_000);
    const dir = temporaryDir();
    let program: ServerProgram;
    let server: RunningServer;

    before(async () => {
        program = await ServerProgram.build();
    });
    after(() => program.remove());
    beforeEach(async () => {
        server = await program.start({ MODEL_MEMORY_MIB: "64" });
    });
    afterEach(() => server.stop());

    /** Writes a model and loads it. */
    const load = async (name: string, options: Parameters<typeof writeArtefact>[1] = {}) => {
        const url = join(dir(), encodeURIComponent(name), "model");
        const manifest = writeArtefact(url, options);
        return { url, manifest, answer: await server.load(name, url) };
    };

    it("is healthy before a model is there, once it can load and forecast", async () => {
        const { status, content } = await server.request("GET", "/ping");
        expect({ status, content }).to.deep.equal({ status: 200, content: {} });
    });

    it("loads, lists, shows, invokes and unloads a model", async () => {
        const { url, manifest, answer } = await load("eurusd");
        const { modelVersion } = manifest;
        const listing = { modelName: "eurusd", modelUrl: url };
        expect(answer.status).to.equal(200);
        expect(answer.content).to.deep.equal({ ...listing, pair: "eurusd", modelVersion });
        expect((await server.request("GET", "/models")).content).to.deep.equal({ models: [listing] });
        expect((await server.request("GET", "/models/eurusd")).content).to.deep.equal(listing);
        const invoked = await server.invoke<Answers>("eurusd", ROW);
        expect(invoked.status).to.equal(200);
        expect(invoked.content.predictions).to.have.length(1);
        expect((await server.request("DELETE", "/models/eurusd")).status).to.equal(200);
        expect((await server.request("GET", "/models")).content).to.deep.equal({ models: [] });
    });

    it("says 404 for a model that is not loaded, whatever is wanted of it", async () => {
        for (const [method, path] of [
            ["GET", "/models/eurusd"],
            ["DELETE", "/models/eurusd"],
            ["POST", "/models/eurusd/invoke"],
            ["POST", "/invocations"],
        ] as const) {
            const { status, content } = await server.request(method, path);
            expect({ path, status }).to.deep.equal({ path, status: 404 });
            expect(content)
                .to.have.property("error")
                .that.matches(/^Model \w+ is not loaded$/);
        }
    });

    it("says 409 for a model that is loaded already, or is just being", async () => {
        const { url } = await load("eurusd");
        expect((await server.load("eurusd", url)).status).to.equal(409);
        const answers = await Promise.all([1, 2, 3].map(() => server.load("twice", url)));
        expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 409, 409]);
    });

    it("says 507 once models fill the memory, and takes another where one was unloaded", async () => {
        // An eighth of its memory is the file, so that three fit into 64 MiB.
        const contents = { "model.onnx": padded(linearModel(LINEAR), 2_400_000) };
        for (const name of ["one", "two", "three"])
            expect((await load(name, { contents })).answer.status).to.equal(200);
        const { url, answer } = await load("four", { contents });
        expect(answer.status).to.equal(507);
        expect(answer.content)
            .to.have.property("error")
            .that.matches(/^No memory for model four: it needs 205\d+ bytes/);
        expect((await server.invoke("one", ROW)).status).to.equal(200);
        await server.request("DELETE", "/models/two");
        expect((await server.load("four", url)).status).to.equal(200);
    });

    it("says 500 with the reasons for a model that is bad, which a rollout must not survive", async () => {
        const { answer } = await load("old", { manifest: { catalogueHash: "0".repeat(64) } });
        expect(answer.status).to.equal(500);
        expect(answer.content["error"]).to.contain(
            `catalogueHash: got "${"0".repeat(64)}", allowed: ${CATALOGUE_HASH}`,
        );
        const { "examples.json": examples } = contentsOf();
        const wrong = { "examples.json": { ...examples, forecasts: [0, 0, 0, 0] } };
        expect((await load("wrong", { contents: wrong })).answer.text).to.contain(
            "examples.json: forecasts[0]: got 3.5",
        );
        expect((await server.load("none", join(dir(), "nowhere"))).text).to.contain("manifest.json: ENOENT");
        expect((await server.request("GET", "/models")).content).to.deep.equal({ models: [] });
    });

    it("says 400 for a request to load that says neither name nor folder", async () => {
        const { status, content } = await server.request("POST", "/models", {
            body: JSON.stringify({ model_name: "", url: "models/eurusd" }),
        });
        expect({ status, content }).to.deep.equal({
            status: 400,
            content: {
                error: "The model to load cannot be told",
                problems: [
                    'model_name: got "", allowed: a name',
                    'url: got "models/eurusd", allowed: a path from the root',
                ],
            },
        });
        expect((await server.request("POST", "/models", { body: "no JSON" })).status).to.equal(400);
    });

    it("lists many models in pages, of which none is left out where others go meanwhile", async () => {
        const names = Array.from({ length: 45 }, (_, i) => `model-${String(i).padStart(2, "0")}`);
        const url = join(dir(), "model");
        writeArtefact(url);
        for (const name of names) expect((await server.load(name, url)).status).to.equal(200);
        const page = async (token?: string) => {
            const query = token === undefined ? "" : `?next_page_token=${encodeURIComponent(token)}`;
            return (await server.request<Page>("GET", `/models${query}`)).content;
        };
        const first = await page();
        await server.request("DELETE", `/models/${names[19]!}`);
        const second = await page(first.nextPageToken);
        const third = await page(second.nextPageToken);
        expect([first, second, third].map(({ models }) => models.length)).to.deep.equal([20, 20, 5]);
        expect(
            [...first.models, ...second.models, ...third.models].map(({ modelName }) => modelName),
        ).to.deep.equal(names);
        expect(third).not.to.have.property("nextPageToken");
    });

    it("takes names that a path must encode", async () => {
        const name = "a/b c%é";
        await load(name);
        expect((await server.invoke(name, ROW)).status).to.equal(200);
        expect((await server.request("DELETE", `/models/${encodeURIComponent(name)}`)).status).to.equal(200);
        expect((await server.request("GET", "/models/%zz")).status).to.equal(400);
    });

    it("invokes the model that a header names, or the only one of a container for one", async () => {
        await load("gbpusd", { pair: "gbpusd" });
        const invoke = (headers: Record<string, string>) =>
            server.request<Answers>("POST", "/invocations", {
                body: Buffer.from(JSON.stringify(ROW)),
                headers,
            });
        const { content } = await invoke({ "X-Amzn-SageMaker-Target-Model": "gbpusd" });
        expect(content.predictions[0]).to.include({ pair: "gbpusd" });
        expect((await invoke({})).status).to.equal(404);
        const baseDir = join(dir(), "ml");
        writeArtefact(join(baseDir, "model"), { pair: "usdjpy" });
        await server.stop();
        server = await program.start({ SAGEMAKER_BASE_DIR: baseDir });
        expect((await invoke({})).content.predictions[0]).to.include({ pair: "usdjpy" });
    });

    it("says 404 for other paths, and 405 with what is allowed for other methods", async () => {
        for (const path of ["/", "/model", "/ping/x", "/models/a/b", "/models/a/invoke/b"])
            expect((await server.request("GET", path)).status, path).to.equal(404);
        for (const [method, path, allow] of [
            ["POST", "/ping", "GET"],
            ["PUT", "/models", "GET, POST"],
            ["POST", "/models/a", "GET, DELETE"],
            ["GET", "/models/a/invoke", "POST"],
            ["GET", "/invocations", "POST"],
        ] as const) {
            const { status, headers } = await server.request(method, path);
            expect([path, status, headers.get("allow")]).to.deep.equal([path, 405, allow]);
        }
    });

    it("answers every request right while models come and go", async () => {
        const { url } = await load("stays");
        writeArtefact(join(dir(), "other"), { pair: "usdjpy" });
        const goes = async () => {
            for (let time = 0; time < 5; time++) {
                expect((await server.load("goes", join(dir(), "other"))).status).to.equal(200);
                const during = Array.from({ length: 10 }, () =>
                    server.invoke("goes", { rows: Array(500).fill([1, 1, 1]) }),
                );
                const gone = await server.request("DELETE", "/models/goes");
                expect(gone.status).to.equal(200);
                for (const { status } of await Promise.all(during)) expect([200, 404]).to.include(status);
            }
        };
        const stays = async () => {
            for (let time = 0; time < 10; time++) {
                const rows = Array.from({ length: 30 }, (_, i) => [i, 0, 0]);
                const answers = await Promise.all(
                    rows.map((row) =>
                        server.invoke<{ predictions: { forecast: number }[] }>("stays", { rows: [row] }),
                    ),
                );
                expect(answers.map(({ content }) => content.predictions[0]?.forecast)).to.deep.equal(
                    rows.map(([value = NaN]) => 2 * value),
                );
            }
        };
        await Promise.all([goes(), stays()]);
        expect((await server.request("GET", "/models")).content).to.deep.equal({
            models: [{ modelName: "stays", modelUrl: url }],
        });
    });
});

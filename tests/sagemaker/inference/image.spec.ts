import { expect } from "chai";
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "../../../local/paths";
import { eventually } from "../../support/eventually";
import { runProgram } from "../../support/processes";
import { temporaryDir } from "../../support/temporary";
import { RunningServer, spawnServer } from "./host";

const DOCKERFILE = join(ROOT, "sagemaker/inference/Dockerfile");

/** The instructions of a Dockerfile, one on each line. */
const instructions = readFileSync(DOCKERFILE, "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
        const [, name = "", value = ""] = /^([A-Z]+) (.+)$/.exec(line) ?? [];
        return { name, value };
    });

const valuesOf = (name: string) =>
    instructions.filter((each) => each.name === name).map(({ value }) => value);

/** What is copied from the repository: sources and target. */
const copies = valuesOf("COPY")
    .filter((value) => !value.startsWith("--from"))
    .map((value) => value.split(" "));

describe("the image of the endpoint", function () {
    this.timeout(60_000);
    const dir = temporaryDir();

    it("stands on exact versions of a Node that the project runs on", () => {
        const { dependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
            dependencies: Record<string, string>;
        };
        const base = `node:${dependencies["node"] ?? ""}-bookworm-slim`;
        expect(valuesOf("FROM")).to.deep.equal([`${base} AS build`, base]);
    });

    it("copies what is there, and what the build is let see", () => {
        const sources = copies.flatMap((parts) => parts.slice(0, -1));
        for (const source of sources) expect(existsSync(join(ROOT, source)), source).to.equal(true);
        const ignored = readFileSync(`${DOCKERFILE}.dockerignore`, "utf8").trim().split("\n");
        expect(ignored).to.deep.equal(["*", ...sources.map((source) => `!${source}`)]);
    });

    it("serves many models at the port that SageMaker says, as nobody's root, with nothing but what was built", () => {
        const start = instructions.findLastIndex(({ name }) => name === "FROM");
        expect(instructions.slice(start + 1)).to.deep.equal([
            { name: "LABEL", value: "com.amazonaws.sagemaker.capabilities.multi-models=true" },
            { name: "LABEL", value: "com.amazonaws.sagemaker.capabilities.accept-bind-to-port=true" },
            { name: "ENV", value: "NODE_ENV=production" },
            { name: "COPY", value: "--from=build /build/dist /app" },
            { name: "USER", value: "node" },
            { name: "EXPOSE", value: "8080" },
            { name: "ENTRYPOINT", value: '["node", "/app/main.js"]' },
        ]);
    });

    it("builds by its own commands, and runs without a package that the image lacks", async () => {
        for (const [source = "", target = ""] of copies) {
            const at = join(dir(), target, target === "./" ? source : "");
            mkdirSync(dirname(at), { recursive: true });
            cpSync(join(ROOT, source), at, { recursive: true });
        }
        const [install = "", ...commands] = valuesOf("RUN");
        expect(install).to.equal("npm ci --ignore-scripts --no-audit --no-fund");
        symlinkSync(join(ROOT, "node_modules"), join(dir(), "node_modules"));
        for (const command of commands) {
            const { code, stderr } = await runProgram("/bin/sh", ["-c", command], { cwd: dir() });
            expect(code, stderr).to.equal(0);
        }
        // Away from the packages that the build had.
        const app = join(dir(), "image/app");
        cpSync(join(dir(), "dist"), app, { recursive: true });
        const server = new RunningServer(spawnServer(app, { NODE_ENV: "production" }));
        await eventually(() => expect(server.port).to.be.a("number"));
        expect((await server.request("GET", "/ping")).status).to.equal(200);
        server.child.kill("SIGTERM");
        expect(await server.ended).to.equal(0);
    });
});

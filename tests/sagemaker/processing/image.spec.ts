import { expect } from "chai";
import { cpSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "../../../local/paths";
import { runProgram } from "../../support/processes";
import { temporaryDir } from "../../support/temporary";

const DOCKERFILE = join(ROOT, "sagemaker/processing/Dockerfile");

interface Instruction {
    readonly name: string;
    readonly value: string;
    /** Place of its stage, from 0. */
    readonly stage: number;
}

/** The instructions of a Dockerfile, one on each line. */
function instructionsOf(text: string): Instruction[] {
    let stage = -1;
    return text
        .split("\n")
        .filter((line) => line !== "" && !line.startsWith("#"))
        .map((line) => {
            const [, name = "", value = ""] = /^([A-Z]+) (.+)$/.exec(line) ?? [];
            expect(name, line).not.to.equal("");
            if (name === "FROM") stage++;
            return { name, value, stage };
        });
}

const instructions = instructionsOf(readFileSync(DOCKERFILE, "utf8"));
const valuesOf = (name: string) =>
    instructions.filter((each) => each.name === name).map(({ value }) => value);
/** What is copied from the repository: sources and target. */
const copies = valuesOf("COPY")
    .filter((value) => !value.startsWith("--from"))
    .map((value) => value.split(" "));

describe("the image of processing jobs", function () {
    this.timeout(60_000);
    const dir = temporaryDir();

    it("stands on exact versions of a Node that the project runs on", () => {
        const { engines, dependencies } = JSON.parse(
            readFileSync(join(ROOT, "package.json"), "utf8"),
        ) as Record<"engines" | "dependencies", Record<string, string>>;
        expect(engines["node"]).to.match(/^>=22/);
        expect(valuesOf("FROM")).to.deep.equal([
            `node:${dependencies["node"] ?? ""}-bookworm-slim AS build`,
            `node:${dependencies["node"] ?? ""}-bookworm-slim`,
        ]);
    });

    it("copies what is there, and what the build is let see", () => {
        const sources = copies.flatMap((parts) => parts.slice(0, -1));
        for (const source of sources) expect(existsSync(join(ROOT, source)), source).to.equal(true);
        const ignored = readFileSync(`${DOCKERFILE}.dockerignore`, "utf8").trim().split("\n");
        expect(ignored).to.deep.equal(["*", ...sources.map((source) => `!${source}`)]);
    });

    it("takes out of the build nothing but its result, and knows no secret", () => {
        const last = instructions.filter(({ stage }) => stage === 1);
        expect(last.map(({ name }) => name)).to.deep.equal(["FROM", "ENV", "ENV", "COPY", "ENTRYPOINT"]);
        expect(valuesOf("COPY").at(-1)).to.equal("--from=build /build/dist /app");
        expect(valuesOf("ENV")).to.deep.equal(["NODE_ENV=production", "NODE_EXTRA_CA_CERTS=/app/rds-ca.pem"]);
        expect(valuesOf("ARG")).to.deep.equal([]);
    });

    it("runs the program in the shell's place, so that signals reach it, and as nobody's root", async () => {
        const [shell, option, script] = JSON.parse(valuesOf("ENTRYPOINT").join("")) as string[];
        expect([shell, option]).to.deep.equal(["/bin/sh", "-c"]);
        expect((await runProgram("/bin/sh", ["-n", "-c", script!])).code).to.equal(0);
        expect(script).to.match(/ && exec setpriv --reuid=node .*--no-new-privs node \/app\/main\.js$/);
    });

    it("builds by its own commands, without a package that the image lacks", async () => {
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
        cpSync(join(dir(), "dist"), join(dir(), "app"), { recursive: true });
        const bytes = ["main.js", "worker.js"].reduce(
            (sum, name) => sum + statSync(join(dir(), "app", name)).size,
            0,
        );
        expect(bytes).to.be.below(6_000_000);
        const { code, stdout } = await runProgram(process.execPath, [join(dir(), "app/main.js")], {
            cwd: join(dir(), "app"),
            env: { SAGEMAKER_BASE_DIR: join(dir(), "ml") },
        });
        expect(code).to.equal(1);
        expect(JSON.parse(stdout)).to.include({ message: "failed" });
        expect(readFileSync(join(dir(), "ml/output/message"), "utf8")).to.contain(
            "DATABASE_HOST: got nothing",
        );
    });
});

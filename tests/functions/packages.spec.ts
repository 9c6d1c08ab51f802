import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { bundleFunction } from "../../components/bundle";
import { ROOT } from "../../local/paths";
import { typescript } from "../support/processes";
import { archiveOf } from "./archive";

/**
 * What a package may take when it is compressed. Lambda fetches and unpacks it at each cold start; the code of the catalogue
 * with the clients of PostgreSQL, Valkey and Secrets Manager is under 400 KB. One of the Pulumi packages alone is 10 MB.
 */
const PACKED_BYTES_MAX = 500_000;

/** Loading took 270 ms on a busy machine with two cores; a client that connects while it is loaded would show. */
const LOAD_MILLISECONDS_MAX = 2_000;

/** What pg and the AWS SDK load where a program asks for it, by an option that none here sets. */
const OPTIONAL = new Set(["pg-native", "@aws-sdk/signature-v4-crt"]);

/** Folders of functions/ that are functions. */
const folders = readdirSync(join(ROOT, "functions"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith("/handler.ts"))
    .map((path) => path.slice(0, -"/handler.ts".length));

describe("packages of functions", function () {
    this.timeout(60_000);

    it("are known", () => {
        expect(folders).to.include("featureRefresh");
    });

    for (const folder of folders) {
        describe(folder, () => {
            let files: Map<string, string>;

            before(async () => {
                files = await archiveOf(folder);
            });

            it("have two files: Pulumi's, which captures the other's path alone, and the bundle", () => {
                const bundle = `functions/dist/${folder}.js`;
                expect([...files.keys()]).to.have.members(["__index.js", bundle]);
                const index = files.get("__index.js")!;
                expect(index).to.contain(
                    `with({ path: "./${bundle}", this: undefined, arguments: undefined })`,
                );
                expect(index).to.have.length.below(400);
            });

            it("are small", () => {
                const packed = gzipSync([...files.values()].join(""));
                expect(packed.length).to.be.below(PACKED_BYTES_MAX);
            });

            it("need nothing that is not Node's: no native module, no package", () => {
                const code = files.get(`functions/dist/${folder}.js`)!;
                const required = [...code.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name = ""]) => name);
                expect(required).to.include("node:crypto");
                const others = required.filter((name) => !builtinModules.includes(name.replace("node:", "")));
                expect(others.filter((name) => !OPTIONAL.has(name))).to.deep.equal([]);
            });

            it("load fast", () => {
                const script = `const started = performance.now(); require("./${bundleFunction(folder)}"); console.log(performance.now() - started);`;
                const load = () =>
                    Number(
                        execFileSync(process.execPath, ["--eval", script], { cwd: ROOT, encoding: "utf8" }),
                    );
                expect(Math.min(load(), load(), load())).to.be.below(LOAD_MILLISECONDS_MAX);
            });

            it("are the same whoever makes them of the same sources", () => {
                const script = `process.stdout.write(require("./components/bundle").bundleFunction("${folder}"))`;
                // Each in a process of its own: within one, a bundle is made once.
                const digest = () => {
                    const args = [...typescript("--eval"), script];
                    const path = execFileSync(process.execPath, args, { cwd: ROOT, encoding: "utf8" });
                    return createHash("sha256")
                        .update(readFileSync(join(ROOT, path)))
                        .digest("hex");
                };
                expect(digest()).to.equal(digest());
            });
        });
    }
});

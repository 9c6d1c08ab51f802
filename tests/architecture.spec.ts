import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ts from "typescript";

const ROOT = join(__dirname, "..");
const MAX_LINES = 320;

/** What each folder may import, besides itself. The arrows point one way: nothing reaches back. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
    config: [],
    policies: ["config"],
    components: ["config"],
    features: ["config"],
    data: ["config", "features"],
    sagemaker: ["config", "data", "features"],
    "index.ts": ["config", "components"],
    tools: ["config", "policies", "features"],
    functions: ["config", "data", "features", "sagemaker"],
    local: ["config", "data", "features", "policies", "tools", "index.ts"],
    bench: ["config", "data", "features", "functions", "sagemaker", "local"],
    cli: ["config", "data", "features", "functions", "sagemaker", "policies", "tools", "local", "bench"],
};

/** Files that nothing imports: something outside the program starts each of them. */
const ENTRIES = [
    "cli/main.ts", // ./bqx
    "functions/featureRefresh/handler.ts", // a Lambda's bundle, see components/bundle.ts
    "functions/registerModels/handler.ts", // the same
    "local/engine/operation.ts", // a process for each operation of the engine
    "local/provider/awsx.ts", // the engine's own provider process
    "local/services/main.ts", // the host process of the local services
    "local/services/lambda/runtime/bootstrap.ts", // the process of a function, as a bundle
    "local/services/lambda/runtime/watch.ts", // its thread that watches memory
    "policies/index.ts", // Pulumi's policy runner, as a bundle
    "sagemaker/inference/build.ts", // the image's build, see the Dockerfile beside it
    "sagemaker/inference/main.ts", // the image's program
    "sagemaker/processing/build.ts", // the image's build, see the Dockerfile beside it; local/images.ts
    "sagemaker/processing/main.ts", // the image's program
    "sagemaker/processing/worker.ts", // a thread for each core, see sagemaker/processing/dataset.ts
    "tools/candidates.ts",
    "tools/featuresDoc.ts",
    "tools/holidays.ts",
    "tools/policiesBuild.ts", // a process of its own, see local/toolchain/policyBundle.ts
    "tools/policiesDoc.ts",
    "tools/policiesTaggable.ts",
    "tools/settingsDoc.ts",
];

interface Source {
    /** Path from the root. */
    readonly path: string;
    readonly text: string;
    readonly tree: ts.SourceFile;
    /** Paths from the root of the project's own files that it imports. */
    readonly imports: readonly string[];
}

const files = readdirSync(ROOT, { withFileTypes: true })
    .filter(({ name }) => name in MAY_IMPORT || (name.endsWith(".ts") && !name.endsWith(".d.ts")))
    .flatMap((entry) =>
        entry.isDirectory()
            ? readdirSync(join(ROOT, entry.name), { recursive: true, encoding: "utf8" }).map((path) =>
                  join(entry.name, path),
              )
            : [entry.name],
    )
    .filter((path) => path.endsWith(".ts"));

const sources = files.map(sourceOf);

/** Folders of the project that hold TypeScript. */
const folders = readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .map(({ name }) => name)
    .filter((name) => !["node_modules", "dist", "docs", "tests"].includes(name));

describe("architecture", () => {
    it("knows every folder", () => {
        expect(folders.filter((folder) => !(folder in MAY_IMPORT))).to.deep.equal([]);
        expect(sources.length).to.be.above(50);
    });

    it("has imports that point one way", () => {
        const back = sources.flatMap(({ path, imports }) =>
            imports
                .filter((target) => top(target) !== top(path))
                .filter((target) => !MAY_IMPORT[top(path)]?.includes(top(target)))
                .map((target) => `${path} imports ${target}`),
        );
        expect(back).to.deep.equal([]);
    });

    it("has no file that nothing uses", () => {
        const used = new Set([...ENTRIES, "index.ts", ...sources.flatMap(({ imports }) => imports)]);
        expect(files.filter((file) => !used.has(file))).to.deep.equal([]);
        expect(ENTRIES.filter((entry) => !files.includes(entry))).to.deep.equal([]);
    });

    it(`has no file of more than ${MAX_LINES} lines of code`, () => {
        const long = sources.filter(({ text }) => text.split("\n").filter(isCode).length > MAX_LINES);
        expect(long.map(({ path }) => path)).to.deep.equal([]);
    });

    it("gives no number as a default by ||, which would replace a 0", () => {
        const found = sources.flatMap(({ path, tree }) =>
            nodesOf(tree)
                .filter(ts.isBinaryExpression)
                .filter(({ operatorToken }) => operatorToken.kind === ts.SyntaxKind.BarBarToken)
                .filter(({ right }) => /^-?[\d.]+/.test(right.getText(tree)))
                .map((expression) => `${path}: ${expression.getText(tree)}`),
        );
        expect(found).to.deep.equal([]);
    });

    describe("components", () => {
        const components = sources
            .filter(({ path }) => top(path) === "components")
            .flatMap(({ path, tree }) =>
                nodesOf(tree)
                    .filter(ts.isClassDeclaration)
                    .filter((node) =>
                        /ComponentResource\b/.test(node.heritageClauses?.[0]?.getText(tree) ?? ""),
                    )
                    .map((node) => ({ path, tree, node })),
            );

        it("are in a folder of their stage, one class each", () => {
            const stages = readdirSync(join(ROOT, "components"), { withFileTypes: true })
                .filter((entry) => entry.isDirectory())
                .map(({ name }) => `components/${name}/index.ts`);
            expect(components.map(({ path }) => path)).to.have.members(stages);
        });

        for (const { path, tree, node } of components) {
            it(`${path} calls super first and registers its outputs last`, () => {
                const constructor = node.members.find(ts.isConstructorDeclaration);
                const statements = constructor?.body?.statements.map((each) => each.getText(tree)) ?? [];
                expect(statements[0]).to.match(/^super\(stageType\("\w+"\), name, \{\}, opts\);$/);
                expect(statements.at(-1)).to.match(/^this\.registerOutputs\(\{/);
            });
        }
    });
});

function sourceOf(path: string): Source {
    const text = readFileSync(join(ROOT, path), "utf8");
    const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true);
    const imports = ts
        .preProcessFile(text, true, true)
        .importedFiles.map(({ fileName }) => fileName)
        .filter((name) => name.startsWith("."))
        .map((name) => relative(ROOT, join(ROOT, dirname(path), name)))
        .flatMap(
            (target) => files.find((file) => file === `${target}.ts` || file === `${target}/index.ts`) ?? [],
        );
    return { path, text, tree, imports };
}

/** Whether a line is more than space or comment. */
function isCode(line: string): boolean {
    return !/^\s*($|\/\/|\/?\*)/.test(line);
}

/** The folder or file at the root that a path belongs to. */
function top(path: string): string {
    return path.split("/", 1).join("");
}

function nodesOf(node: ts.Node): ts.Node[] {
    return [node, ...node.getChildren().flatMap(nodesOf)];
}

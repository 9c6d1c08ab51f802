import { expect } from "chai";
import type { Command } from "commander";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { createProgram } from "../cli/main";

const ROOT = join(__dirname, "..");

/** What runs outside the tests, so what a user's environment reaches. */
const CODE = [
    "bqx",
    "index.ts",
    "bench",
    "cli",
    "components",
    "config",
    "data",
    "functions",
    "local",
    "policies",
    "sagemaker",
    "tools",
];
/** Made by a build or an installation: a fresh checkout has none of it. */
const MADE = ["dist", "node_modules"];
const DOCUMENT_FILE = /\.(ts|md|mjs|svg)$/;

interface Document {
    /** Path from the root. */
    readonly path: string;
    readonly text: string;
    /** What is set as code, in a line or in a block: one entry for each. */
    readonly code: readonly string[];
}

const documents = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", ...filesIn("docs")]
    .filter((path) => path.endsWith(".md"))
    .map((path): Document => {
        const text = readFileSync(join(ROOT, path), "utf8");
        return { path, text, code: codeIn(text) };
    });

const commands = new Map(createProgram().commands.map((command) => [command.name(), command]));

describe("the documents", () => {
    for (const { path, text, code } of documents) {
        describe(path, () => {
            it("links to what exists", () => {
                expect(linksIn(text).filter((link) => !leadsSomewhere(path, link))).to.deep.equal([]);
            });

            it("names files that exist", () => {
                const named = code.flatMap((each) => each.split(/[\s"'=]+/)).filter(namesFile);
                expect(named.filter((name) => !existsSync(join(ROOT, name)))).to.deep.equal([]);
            });

            it("names commands and options that exist", () => {
                expect(invocationsIn(code).flatMap(problemsOf)).to.deep.equal([]);
            });
        });
    }

    it("tell every command and every option in the README", () => {
        const told = invocationsIn(documentAt("README.md").code).map(({ command }) => command);
        expect([...commands.keys()].filter((name) => !told.includes(name))).to.deep.equal([]);
        for (const [name, command] of commands) {
            const cells = rowsWith(`\`./bqx ${name}\``).map((row) => row.split("|")[1] ?? "");
            const options = cells.flatMap((cell) => cell.match(/--[a-z-]+/g) ?? []);
            // What `--json` holds has a column of its own.
            const known = longOptions(command).filter((option) => option !== "--json");
            expect(options, name).to.have.members(known);
        }
    });

    it("tell every environment variable of the code, and no other, in the README", () => {
        const read = CODE.flatMap(filesIn).flatMap((path) =>
            variablesReadIn(readFileSync(join(ROOT, path), "utf8")),
        );
        const told = rowsWith("`BQX_").flatMap((row) => variablesIn(row.split("|")[1] ?? ""));
        expect(told.toSorted()).to.deep.equal([...new Set(read)].sort());
        const named = documents.flatMap(({ text }) => variablesIn(text));
        expect([...new Set(named)].filter((name) => !told.includes(name))).to.deep.equal([]);
    });

    it("list every decision, each with its three headings and in under 60 lines", () => {
        const decisions = documents.filter(({ path }) => /^docs\/adr\/\d{4}-/.test(path));
        const index = linksIn(documentAt("docs/adr/README.md").text);
        expect(decisions.map(({ path }) => relative("docs/adr", path))).to.have.members(index);
        for (const { path, text } of decisions) {
            const headings = ["Context", "Decision", "Consequences"].map((name) =>
                text.indexOf(`\n## ${name}\n`),
            );
            expect(headings, path).to.deep.equal(headings.toSorted((a, b) => a - b));
            expect(headings[0], path).to.be.above(0);
            expect(text.split("\n"), path).to.have.length.below(60);
        }
    });
});

/** A mention of the command line: `./bqx <command> <rest>`. */
interface Invocation {
    readonly command: string;
    readonly rest: string;
}

function documentAt(wanted: string): Document {
    const found = documents.find(({ path }) => path === wanted);
    if (found === undefined) throw new Error(`${wanted} is missing`);
    return found;
}

/** Paths from the root of a file, or of all files in a folder but those that are made. */
function filesIn(name: string): string[] {
    if (!statSync(join(ROOT, name)).isDirectory()) return [name];
    return readdirSync(join(ROOT, name), { withFileTypes: true })
        .filter((entry) => !MADE.includes(entry.name))
        .flatMap((entry) => filesIn(join(name, entry.name)));
}

function codeIn(text: string): string[] {
    const blocks = [...text.matchAll(/^```.*\n([\s\S]*?)^```$/gm)].flatMap(([, block = ""]) =>
        block.split("\n"),
    );
    const lines = [...text.replaceAll(/^```[\s\S]*?^```$/gm, "").matchAll(/`([^`\n]+)`/g)];
    return [...blocks, ...lines.map(([, code = ""]) => code)];
}

/** Targets of links and pictures inside the repository. */
function linksIn(text: string): string[] {
    return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, target = ""]) => target)
        .filter((target) => !/^[a-z]+:/.test(target));
}

function leadsSomewhere(from: string, link: string): boolean {
    const [file = "", anchor] = link.split("#", 2);
    const target = file === "" ? join(ROOT, from) : resolve(ROOT, dirname(from), file);
    if (relative(ROOT, target).startsWith("..") || !existsSync(target)) return false;
    return anchor === undefined || anchorsIn(readFileSync(target, "utf8")).includes(anchor);
}

/** The anchors that a Markdown viewer gives to headings. */
function anchorsIn(text: string): string[] {
    return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
        heading
            .toLowerCase()
            .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
            .replaceAll(" ", "-"),
    );
}

/** Whether a word of code looks like a file or folder of the repository. */
function namesFile(word: string): boolean {
    if (!/^(\.\/)?[\w.@-]+(\/[\w.@-]+)*\/?$/.test(word)) return false;
    const [first = "", ...rest] = word.replace(/^\.\//, "").split("/");
    if ([first, ...rest].some((part) => MADE.includes(part))) return false;
    const isInFolder = rest.length > 0 && existsSync(join(ROOT, first));
    // A name that stands for many, such as NNNN-title.md, is no file.
    return (
        isInFolder ||
        (DOCUMENT_FILE.test(word) && !word.startsWith("NNNN") && !/^(plan|index)\.ts$/.test(word))
    );
}

function invocationsIn(code: readonly string[]): Invocation[] {
    return code.flatMap((each) =>
        [...each.matchAll(/\.\/bqx ([\w-]+)([^#|&;]*)/g)].map(([, command = "", rest = ""]) => ({
            command,
            rest,
        })),
    );
}

function problemsOf({ command: name, rest }: Invocation): string[] {
    const command = commands.get(name);
    if (command === undefined) return name.startsWith("-") ? [] : [`./bqx ${name}`];
    const known = longOptions(command);
    return [...rest.matchAll(/--[a-z-]+/g)]
        .map(([option]) => option)
        .filter((option) => !known.includes(option))
        .map((option) => `./bqx ${name} ${option}`);
}

/** Of a command and of those below it. */
function longOptions(command: Command): string[] {
    const own = command.options.map(({ long }) => long ?? "");
    return [...new Set([...own, ...command.commands.flatMap(longOptions)])];
}

/** Rows of the README's tables whose first cell starts with a text. */
function rowsWith(start: string): string[] {
    return documentAt("README.md")
        .text.split("\n")
        .filter((line) => line.startsWith(`| ${start}`));
}

/** Variables that code takes from its environment: `process.env["BQX_X"]`, or `$BQX_X` and `${BQX_X…}` of a shell. */
function variablesReadIn(code: string): string[] {
    return Array.from(code.matchAll(/(?:env\["|env\.|\$\{?)(BQX_[A-Z_]+)/g), ([, name = ""]) => name);
}

function variablesIn(text: string): string[] {
    return text.match(/\bBQX_[A-Z_]+\b/g) ?? [];
}

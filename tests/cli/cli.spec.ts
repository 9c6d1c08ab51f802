import { expect } from "chai";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PAIRS } from "../../config/pairs";
import { openInstance } from "../../local/instance";
import { copyCheckout, linkPackages } from "../support/checkout";
import { runProgram, type Ended } from "../support/processes";
import { environment, temporaryDir } from "../support/temporary";
import { commandLine } from "./commandLine";

const COMMANDS = ["up", "status", "down", "ingest", "test", "preview", "deploy"];

describe("the command line", () => {
    const state = temporaryDir();
    environment(() => ({ BQX_STATE: state() }));

    it("explains itself and each command", async () => {
        const help = await commandLine("--help");
        expect(help.code).to.equal(0);
        expect(help.stderr).to.equal("");
        for (const command of COMMANDS) {
            expect(help.stdout).to.match(new RegExp(`^  ${command} .*\\S`, "m"));
            const own = await commandLine(command, "--help");
            expect([own.code, own.stderr], command).to.deep.equal([0, ""]);
            expect(own.stdout).to.match(new RegExp(`^Usage: bqx ${command} .*\n\n\\S`));
        }
    });

    for (const [args, message] of [
        [["staus"], "error: unknown command 'staus'\n(Did you mean status?)\n"],
        [["status", "--jsn"], "error: unknown option '--jsn'\n(Did you mean --json?)\n"],
        [["status", "more"], "error: too many arguments for 'status'. Expected 0 arguments but got 1.\n"],
        [["preview"], "error: required option '--stack <name>' not specified\n"],
        [["ingest"], "error: missing required argument 'folder'\n"],
        [
            ["ingest", ".", "--pairs", "eurusd,eurxyz,"],
            "error: option '--pairs <list>' argument 'eurusd,eurxyz,' is invalid. " +
                `There is no pair "eurxyz", "": there are ${PAIRS.join(", ")}.\n`,
        ],
        [["deploy", "--json"], "error: required option '--stack <name>' not specified\n"],
        [
            ["preview", "--stack", "dev", "--target", "gcp"],
            "error: option '--target <where>' argument 'gcp' is invalid. Allowed choices are local, aws.\n",
        ],
        [
            ["test", "some"],
            "error: command-argument value 'some' is invalid for argument 'part'. Allowed choices are unit, e2e, all.\n",
        ],
    ] as const) {
        it(`refuses "${args.join(" ")}" with one message`, async () => {
            expect(await commandLine(...args)).to.deep.equal({
                code: 1,
                stdout: "",
                stderr: `${message}Run "./bqx --help" to see the commands.\n`,
            });
        });
    }

    it("shows its help, and fails, where no command is given", async () => {
        const { code, stdout, stderr } = await commandLine();
        expect([code, stdout]).to.deep.equal([1, ""]);
        expect(stderr).to.match(/^Usage: bqx/);
    });

    for (const name of ["nothere", "../dev", "Dev", "", "-"]) {
        for (const command of ["preview", "deploy"]) {
            it(`names the stacks that there are where "${name}" is none to ${command}`, async () => {
                expect(await commandLine(command, `--stack=${name}`, "--json")).to.deep.equal({
                    code: 1,
                    stdout: "",
                    stderr:
                        `bqx: There is no stack "${name}": there are dev, local, prod ` +
                        "(a file Pulumi.<stack>.yaml each).\n",
                });
                expect(readdirSync(state())).to.deep.equal([]);
            });
        }
    }

    it("says where there is no folder to ingest", async () => {
        for (const path of [join(state(), "absent"), __filename]) {
            const stderr = `bqx: There is no folder ${path}.\n`;
            expect(await commandLine("ingest", path)).to.deep.equal({ code: 1, stdout: "", stderr });
        }
    });

    describe("where nothing was started", () => {
        const advice = `bqx: The local stack "local" has never been started. Run "./bqx up".\n`;

        it("tells what to do for its status", async () => {
            expect(await commandLine("status")).to.deep.equal({ code: 1, stdout: "", stderr: advice });
        });

        it("has no database to ingest into", async () => {
            expect(await commandLine("ingest", ".")).to.deep.equal({ code: 1, stdout: "", stderr: advice });
        });

        it("answers its status as JSON", async () => {
            const { code, stdout, stderr } = await commandLine("status", "--json");
            expect([code, stderr]).to.deep.equal([1, ""]);
            expect(JSON.parse(stdout)).to.deep.equal({
                stack: "local",
                endpoint: null,
                pairs: [],
                services: [],
            });
        });

        it("has nothing to stop", async () => {
            expect(await commandLine("down")).to.deep.equal({
                ...{ code: 0, stdout: "Nothing was running.\n", stderr: "" },
            });
            const { stdout } = await commandLine("down", "--json");
            expect(JSON.parse(stdout)).to.deep.equal({ stopped: [], purged: [] });
            expect(await commandLine("down", "--stack", "local")).to.deep.equal({
                code: 1,
                stdout: "",
                stderr: advice,
            });
        });
    });

    describe("where a stack is stopped", () => {
        beforeEach(async () => {
            await openInstance("dev", "us-east-1");
        });

        it("says so, in words and as JSON", async () => {
            const told = await commandLine("status", "--stack", "dev");
            expect(told.code).to.equal(1);
            expect(told.stdout).to.equal(
                'The local stack "dev" is stopped; its data is kept. Start it with "./bqx up".\n',
            );
            const { code, stdout, stderr } = await commandLine("status", "--stack", "dev", "--json");
            expect([code, stderr]).to.deep.equal([1, ""]);
            expect(JSON.parse(stdout)).to.deep.equal({
                stack: "dev",
                endpoint: null,
                pairs: [],
                services: [],
            });
        });

        it("says for ingest that its services do not answer", async () => {
            const { code, stdout, stderr } = await commandLine("ingest", ".", "--stack", "dev");
            expect([code, stdout]).to.deep.equal([1, ""]);
            expect(stderr).to.equal(
                "bqx: The services of the local stack dev do not answer; " +
                    'run "./bqx up" (or deploy) again to start them.\n',
            );
        });

        it("keeps its data over down, and removes it with --purge", async () => {
            expect((await commandLine("down")).stdout).to.equal("Nothing was running.\n");
            expect(existsSync(join(state(), "dev", "instance.json"))).to.equal(true);
            const { code, stdout } = await commandLine("down", "--purge");
            expect([code, stdout]).to.deep.equal([0, "Nothing was running.\nRemoved the state of dev.\n"]);
            expect(existsSync(join(state(), "dev"))).to.equal(false);
        });

        it("names the damaged file", async () => {
            const file = join(state(), "dev", "instance.json");
            writeFileSync(file, "{");
            for (const command of [["down"], ["status", "--stack", "dev"]]) {
                const { code, stdout, stderr } = await commandLine(...command);
                expect([code, stdout]).to.deep.equal([1, ""]);
                expect(stderr).to.match(new RegExp(`^bqx: ${file} is damaged: it is not JSON\\.\n`));
                expect(stderr).not.to.include("    at ");
            }
        });
    });
});

describe("./bqx in a checkout of its own", function () {
    this.timeout(60_000);
    const dir = temporaryDir();
    const checkout = (): string => join(dir(), "checkout");
    const state = (): string => join(dir(), "state");

    beforeEach(() => {
        mkdirSync(checkout());
        mkdirSync(state());
        copyCheckout(checkout());
        linkPackages(checkout());
        // An engine that tells whether it was started.
        mkdirSync(join(dir(), "bin"));
        writeFileSync(join(dir(), "bin", "pulumi"), `#!/bin/sh\ntouch '${dir()}/started'\n`, { mode: 0o755 });
    });

    function bqx(...args: string[]): Promise<Ended> {
        const PATH = `${join(dir(), "bin")}:${process.env["PATH"] ?? ""}`;
        const env = { ...process.env, BQX_STATE: state(), PATH };
        return runProgram(join(checkout(), "bqx"), args, { env });
    }

    it("tells every problem of a bad stack file, and starts no engine", async () => {
        const file = join(checkout(), "Pulumi.bad.yaml");
        writeFileSync(file, "config:\n  bqx-ml:nonsense: 1\n  bqx-ml:owner: ''\n");
        const { code, stdout, stderr } = await bqx("preview", "--stack", "bad", "--json");
        expect([code, stdout]).to.deep.equal([1, ""]);
        expect(stderr)
            .to.match(/^bqx: /)
            .and.include("nonsense")
            .and.include("owner")
            .and.include("costCenter");
        expect(stderr).not.to.include("    at ");
        expect(existsSync(join(dir(), "started"))).to.equal(false);
        expect(readdirSync(state())).to.deep.equal([]);
    });

    it("says where a stack file is not YAML", async () => {
        writeFileSync(join(checkout(), "Pulumi.bad.yaml"), "config: [\n");
        const { code, stdout, stderr } = await bqx("deploy", "--stack", "bad");
        expect([code, stdout]).to.deep.equal([1, ""]);
        expect(stderr).to.match(/^bqx: .*Pulumi\.bad\.yaml/);
        expect(stderr).not.to.include("    at ");
    });

    it("puts one JSON document on standard output, and nothing else", async () => {
        const { code, stdout, stderr } = await bqx("status", "--json");
        expect([code, stderr]).to.deep.equal([1, ""]);
        expect(JSON.parse(stdout)).to.have.property("stack", "local");
    });
});

import { expect } from "chai";
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { parse } from "yaml";
import type { Instance } from "../../../local/instance";
import { copyCheckout, linkPackages } from "../../support/checkout";
import { temporaryDir } from "../../support/temporary";

type Module = typeof import("../../../local/engine/workspace");

describe("the engine's working folder", () => {
    const dir = temporaryDir();
    const checkout = (): string => join(dir(), "checkout");
    const work = (): string => join(dir(), "state", "work");
    let workspace: Module;
    let instance: Instance;

    beforeEach(() => {
        mkdirSync(checkout());
        copyCheckout(checkout());
        linkPackages(checkout());
        // The module finds the checkout from where it is itself, so the copy's own one is tested.
        workspace = createRequire(__filename)(join(checkout(), "local", "engine", "workspace")) as Module;
        instance = {
            ...{ stack: "prod", account: "123456789012", region: "us-east-1", dir: join(dir(), "state") },
            ports: { console: 1, aws: 2, database: 3, cache: 4 },
            ...{
                accessKeyId: "",
                secretAccessKey: "",
                controlToken: "",
                sealKey: "",
                passphrase: "the passphrase",
            },
        };
    });

    const source = (): string => join(checkout(), "Pulumi.prod.yaml");
    const copied = (): unknown => parse(readFileSync(join(work(), "Pulumi.prod.yaml"), "utf8"));
    const open = () => workspace.localWorkspace(instance, "aws:1");

    it("resolves the checkout's files, but has stack files of its own", () => {
        open();
        expect(readFileSync(join(work(), "index.ts"), "utf8")).to.equal(
            readFileSync(join(checkout(), "index.ts"), "utf8"),
        );
        for (const file of ["Pulumi.yaml", "Pulumi.prod.yaml"])
            expect(lstatSync(join(work(), file)).isSymbolicLink(), file).to.equal(false);
    });

    it("drops what belongs to the real stack's secrets, and keeps every setting", () => {
        const settings = readFileSync(source(), "utf8");
        writeFileSync(
            source(),
            `secretsprovider: awskms://key\nencryptedkey: abc\nencryptionsalt: v1:real\n${settings}`,
        );
        const before = readFileSync(source(), "utf8");
        open();
        expect(copied()).to.deep.equal(parse(settings));
        expect(readFileSync(source(), "utf8")).to.equal(before);
    });

    it("keeps the salt that the engine has written, and takes changed settings", () => {
        open();
        const salted = `encryptionsalt: v1:local\n${readFileSync(source(), "utf8")}`;
        writeFileSync(join(work(), "Pulumi.prod.yaml"), salted);
        writeFileSync(source(), "config:\n  bqx-ml:owner: someone-else\n");
        open();
        expect(copied()).to.deep.equal({
            encryptionsalt: "v1:local",
            config: { "bqx-ml:owner": "someone-else" },
        });
    });

    it("follows what comes and goes in the checkout, and removes nothing there", () => {
        const extra = join(checkout(), "extra");
        mkdirSync(extra);
        writeFileSync(join(extra, "file"), "content");
        open();
        expect(readFileSync(join(work(), "extra", "file"), "utf8")).to.equal("content");
        writeFileSync(join(checkout(), "later"), "");
        open();
        expect(existsSync(join(extra, "file"))).to.equal(true);
        rmSync(extra, { recursive: true });
        open();
        expect(readdirSync(work())).to.include("later").and.not.include("extra");
    });

    it("points the engine at a state and a home of the stack's own", () => {
        const { envVars, pulumiHome, workDir } = open();
        expect(workDir).to.equal(work());
        expect(pulumiHome).to.equal(join(dir(), "state", "pulumi-home"));
        expect(envVars).to.include({
            PULUMI_BACKEND_URL: `file://${join(dir(), "state", "pulumi")}`,
            PULUMI_CONFIG_PASSPHRASE: "the passphrase",
            PULUMI_DEBUG_PROVIDERS: "aws:1",
        });
        expect(lstatSync(join(dir(), "state", "pulumi")).mode & 0o777).to.equal(0o700);
    });

    it("drops the locks of a killed engine, and nothing else", () => {
        workspace.removeStaleLocks(instance);
        const pulumi = join(dir(), "state", "pulumi", ".pulumi");
        mkdirSync(join(pulumi, "locks", "organization", "bqx-ml"), { recursive: true });
        const lock = join(pulumi, "locks", "organization", "bqx-ml", "1.json");
        const state = join(pulumi, "state.json");
        for (const file of [lock, state]) writeFileSync(file, "{}");
        workspace.removeStaleLocks(instance);
        expect([existsSync(lock), existsSync(state)]).to.deep.equal([false, true]);
    });
});

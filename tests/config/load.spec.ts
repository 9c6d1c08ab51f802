import { expect } from "chai";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { settingsFromConfig, settingsFromFile } from "../../config/load";

const ROOT = join(__dirname, "../..");
const OWNED = { "bqx-ml:owner": "ml-platform", "bqx-ml:costCenter": "fx-research" };

describe("settingsFromConfig", () => {
    it("reads plain text, and JSON where the value is an object", () => {
        const { owner, network } = settingsFromConfig("dev", {
            ...OWNED,
            "bqx-ml:network": '{"nat":"onePerZone","interfaceEndpoints":["sts"]}',
        });
        expect(owner).to.equal("ml-platform");
        expect(network).to.include({ nat: "onePerZone", cidrBlock: "10.20.0.0/16" });
        expect(network.interfaceEndpoints).to.deep.equal(["sts"]);
    });

    it("leaves other projects' and providers' keys alone", () => {
        const config = { ...OWNED, "aws:region": "us-east-1", "bqx-ml-extra:network": "{}" };
        expect(() => settingsFromConfig("dev", config)).not.to.throw();
    });

    it("takes a number for the name that it is", () => {
        expect(settingsFromConfig("dev", { ...OWNED, "bqx-ml:costCenter": "4711" }).costCenter).to.equal(
            "4711",
        );
    });

    it("refuses what only looks like JSON as the text that it is", () =>
        expect(() => settingsFromConfig("dev", { ...OWNED, "bqx-ml:network": "{nat: none}" })).to.throw(
            'Pulumi.dev.yaml has 1 problem:\n  - network: got "{nat: none}", allowed: a value of type object',
        ));

    it("refuses an unknown key, without the prefix", () =>
        expect(() => settingsFromConfig("dev", { ...OWNED, "bqx-ml:region": "us-east-1" })).to.throw(
            "Pulumi.dev.yaml has 1 problem:\n  - region: there is no such setting",
        ));
});

describe("settingsFromFile", () => {
    let folder: string;

    beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "bqx-settings-"))));
    afterEach(() => rmSync(folder, { recursive: true }));

    function read(...lines: string[]) {
        const path = join(folder, "Pulumi.dev.yaml");
        writeFileSync(path, lines.join("\n"));
        return settingsFromFile("dev", path);
    }

    const HEAD = ["config:", "  aws:region: us-east-1", "  bqx-ml:owner: ml-platform"];

    it("reads nested sections", () => {
        const settings = read(...HEAD, "  bqx-ml:costCenter: fx", "  bqx-ml:network:", "    nat: onePerZone");
        expect(settings).to.deep.include({ owner: "ml-platform", costCenter: "fx" });
        expect(settings.network.nat).to.equal("onePerZone");
    });

    it("reads the same as the engine hands on", () => {
        const text = { ...OWNED, "bqx-ml:costCenter": "4711", "bqx-ml:logs": '{"retentionDays":7}' };
        const file = read(...HEAD, "  bqx-ml:costCenter: 4711", "  bqx-ml:logs:", "    retentionDays: 7");
        expect(file).to.deep.equal(settingsFromConfig("dev", text));
    });

    it("refuses what is not YAML, and says where", () =>
        expect(() => read(...HEAD, "  bqx-ml:network: {nat: none")).to.throw(
            /^Pulumi\.dev\.yaml has 1 problem:\n {2}- not valid YAML: [^\n]* at line 4, column \d+$/,
        ));

    it("refuses a key that is there twice", () =>
        expect(() => read(...HEAD, "  bqx-ml:owner: another")).to.throw(
            /^Pulumi\.dev\.yaml has 1 problem:\n {2}- not valid YAML: Map keys must be unique at line 4, column 3$/,
        ));

    it("refuses every key without its namespace", () =>
        expect(() => read(...HEAD, "  costCenter: fx", "  network: {}")).to.throw(
            [
                "Pulumi.dev.yaml has 2 problems:",
                '  - costCenter: a key needs its namespace, as in "bqx-ml:costCenter"',
                '  - network: a key needs its namespace, as in "bqx-ml:network"',
            ].join("\n"),
        ));

    it("says what is missing in an empty file", () => {
        for (const lines of [[""], ["config:"], ["encryptionsalt: v1:abc"]]) {
            expect(() => read(...lines)).to.throw(
                [
                    "Pulumi.dev.yaml has 2 problems:",
                    "  - owner: got nothing, allowed: a value of type string",
                    "  - costCenter: got nothing, allowed: a value of type string",
                ].join("\n"),
            );
        }
    });

    for (const text of ["config: 5", "config: [a]", "- a"]) {
        it(`refuses ${text}`, () =>
            expect(() => read(text)).to.throw(
                "Pulumi.dev.yaml has 1 problem:\n  - config: must hold keys with values",
            ));
    }
});

describe("the stack files of the repository", () => {
    const files = readdirSync(ROOT).filter((name) => /^Pulumi\..+\.yaml$/.test(name));

    it("are those of the three stacks", () =>
        expect(files).to.have.members(["Pulumi.dev.yaml", "Pulumi.local.yaml", "Pulumi.prod.yaml"]));

    for (const file of files) {
        it(`${file} is accepted`, () => {
            const stack = file.split(".")[1]!;
            expect(settingsFromFile(stack, join(ROOT, file)).owner).to.equal("ml-platform");
        });
    }
});

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { parseSettings } from "../../config/load";
import { ENVIRONMENTS } from "../../config/environment";
import { CACHE_LIMITS, DATABASE_LIMITS } from "../../policies/limits";
import { rules } from "../../policies/list";
import { buildPolicies, unlistedRules } from "../../tools/policiesBuild";
import { policyTable, withPolicyTable } from "../../tools/policiesDoc";
import { TAGGABLE_FILE, taggableJson } from "../../tools/policiesTaggable";
import { bucketStack, fixture, FIXTURE_TYPES } from "./fixtures";
import { stackVerdict, verdict } from "./verdict";

const RULES = join(__dirname, "../../policies/rules");

describe("the list of policies", () => {
    it("holds every file of rules/, and nothing else", () => {
        expect(unlistedRules(RULES, rules)).to.deep.equal([]);
        expect(rules).to.have.length(readdirSync(RULES).length);
    });

    it("fails the build where a rule file is not in it", async () => {
        const folder = mkdtempSync(join(tmpdir(), "bqx-rules-"));
        try {
            writeFileSync(join(folder, "forgotten.ts"), "export const forgotten = { name: 'forgotten' };\n");
            const outfile = join(folder, "dist/index.js");
            const error: unknown = await buildPolicies(outfile, folder).catch((reason: unknown) => reason);
            expect(error).to.be.an.instanceOf(Error);
            expect((error as Error).message).to.equal(
                "policies/list.ts lacks forgotten: a rule that is not listed checks nothing",
            );
            expect(readdirSync(folder)).to.deep.equal(["forgotten.ts"]);
        } finally {
            rmSync(folder, { recursive: true });
        }
    });

    it("names each rule once, in kebab-case, as its file is named", () => {
        const fromFiles = readdirSync(RULES).map((file) =>
            file.replace(/\.ts$/, "").replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
        );
        expect(rules.map(({ name }) => name).sort()).to.deep.equal(fromFiles.sort());
    });

    for (const rule of rules) {
        it(`${rule.name} is mandatory and says what always holds in one sentence`, () => {
            expect(rule.enforcementLevel).to.equal("mandatory");
            expect(rule.description).to.match(/^[A-Z].{20,160}\.$/);
        });
    }
});

describe("the table of policies", () => {
    it("has one row for each rule", () => {
        const rows = policyTable().split("\n").slice(2);
        expect(rows.map((row) => /^\| `([\w-]+)` \| [^|]+ \| [^|]+ \|$/.exec(row)?.[1])).to.deep.equal(
            rules.map(({ name }) => name),
        );
    });

    it("replaces what stands between the markers, and is stable", () => {
        const readme = "# Title\n<!-- policies:begin -->\nold\n<!-- policies:end -->\nend\n";
        const once = withPolicyTable(readme);
        expect(once).to.equal(
            `# Title\n<!-- policies:begin -->\n\n${policyTable()}\n\n<!-- policies:end -->\nend\n`,
        );
        expect(withPolicyTable(once)).to.equal(once);
    });

    it("asks for the markers where they are missing", () => {
        expect(() => withPolicyTable("# Title\n<!-- policies:begin -->\n")).to.throw(
            'README.md needs a line "<!-- policies:begin -->" and, after it, a line "<!-- policies:end -->"',
        );
    });
});

describe("taggable.generated.json", () => {
    it("is what @pulumi/aws has", () => {
        expect(readFileSync(TAGGABLE_FILE, "utf8")).to.equal(taggableJson());
    }).timeout(30_000);

    it("knows types with tags from types without", () => {
        const types = JSON.parse(readFileSync(TAGGABLE_FILE, "utf8")) as string[];
        expect(types).to.include.members([
            "aws:s3/bucket:Bucket",
            "aws:rds/cluster:Cluster",
            "aws:kms/key:Key",
        ]);
        expect(types).not.to.include.members([
            "aws:s3/bucketPolicy:BucketPolicy",
            "aws:autoscaling/group:Group",
        ]);
    });
});

describe("a correct stack", () => {
    for (const environment of ENVIRONMENTS) {
        it(`breaks no rule in ${environment}`, async () => {
            for (const rule of rules) {
                if ("validateStack" in rule) {
                    expect(await stackVerdict(rule, bucketStack(), environment)).to.deep.equal([]);
                    continue;
                }
                for (const type of FIXTURE_TYPES) {
                    const found = await verdict(rule, fixture(type, environment), environment);
                    if (found !== "not applicable")
                        expect(found, `${rule.name} of ${type}`).to.deep.equal([]);
                }
            }
        });

        it(`may have the database and the cache that are the default in ${environment}`, () => {
            const { database, cache } = parseSettings(environment, { owner: "o", costCenter: "c" });
            expect(DATABASE_LIMITS[environment].classes).to.include(database.instanceClass);
            expect(DATABASE_LIMITS[environment].maxCapacityAcu).to.be.at.least(database.maxCapacityAcu);
            expect(CACHE_LIMITS[environment].types).to.include(cache.nodeType);
            expect(CACHE_LIMITS[environment].maxNodes).to.be.at.least(cache.replicas + 1);
        });
    }

    it("has a fixture for every type that a rule looks at", async () => {
        for (const rule of rules) {
            if ("validateStack" in rule) continue;
            for (const [index, validator] of [rule.validateResource ?? []].flat().entries()) {
                const found = await Promise.all(
                    FIXTURE_TYPES.map((type) =>
                        verdict({ ...rule, validateResource: validator }, fixture(type, "dev"), "dev"),
                    ),
                );
                const taken = found.some((answer) => answer !== "not applicable");
                expect(taken, `${rule.name}, validator ${index}`).to.equal(true);
            }
        }
    });
});

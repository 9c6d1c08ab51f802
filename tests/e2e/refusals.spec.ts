import { expect } from "chai";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ScratchCheckout, type EngineReport } from "./scratch";

describe("a prod stack that breaks the rules", function () {
    this.timeout(120_000);
    let checkout: ScratchCheckout;

    before(() => {
        checkout = new ScratchCheckout();
    });

    after(() => checkout.dispose());

    it("is not refused while it keeps them", async () => {
        const { code, policyViolations, errors, changes } = await checkout.engine("preview", "prod");
        expect({ code, policyViolations, errors }).to.deep.equal({
            code: 0,
            policyViolations: [],
            errors: [],
        });
        expect(changes.create).to.be.greaterThan(90);
    });

    it("is refused at once for an unknown setting, without the engine", async () => {
        checkout.set("prod", "netwrok: { nat: none }");
        const { code, stdout, stderr } = await checkout.bqx("preview", "--stack", "prod");
        expect([code, stdout]).to.deep.equal([1, ""]);
        expect(stderr).to.equal(
            "bqx: Pulumi.prod.yaml has 1 problem:\n  - netwrok: there is no such setting\n",
        );
        checkout.edit("Pulumi.prod.yaml", "  bqx-ml:netwrok: { nat: none }\n", "");
    });

    it("is refused for a forbidden size, a missing tag, a public bucket and a broad role, each by name", async () => {
        checkout.set("prod", "database: { instanceClass: db.r6g.16xlarge }");
        checkout.edit("components/images/index.ts", 'tags: stageTags(scope, "images"),', "");
        checkout.edit("components/storage/index.ts", "blockPublicPolicy: true,", "blockPublicPolicy: false,");
        checkout.edit("index.ts", '    const registry = new Registry("registry", { scope });', BROAD_ROLE);
        const report = await checkout.engine("preview", "prod");
        expect(report.code).to.equal(1);
        expectRefusal(
            report,
            "database-sizes",
            "feature-store-database-writer",
            /db\.r6g\.16xlarge.*allowed.*db\.serverless/,
        );
        expectRefusal(report, "required-tags", "images-training", /Project.*Environment.*Owner/);
        expectRefusal(report, "bucket-private", "storage-models", /blockPublicPolicy/);
        expectRefusal(report, "no-full-access", "broad", /AmazonS3FullAccess/);
    });

    it("is refused by deploy before anything is created", async () => {
        const { code, policyViolations } = await checkout.engine("deploy", "prod");
        expect(code).to.equal(1);
        expect(policyViolations.length).to.be.greaterThan(3);
        const records = join(checkout.state, "prod", "resources");
        expect(existsSync(records) ? readdirSync(records) : []).to.deep.equal([]);
    });
});

const BROAD_ROLE = `    const registry = new Registry("registry", { scope });
    new aws.iam.RolePolicyAttachment("broad", {
        role: "someone",
        policyArn: "arn:aws:iam::aws:policy/AmazonS3FullAccess",
    });`;

function expectRefusal(
    { policyViolations }: EngineReport,
    policy: string,
    resource: string,
    message: RegExp,
): void {
    const found = policyViolations.filter(
        (violation) => violation.policy === policy && violation.resource.startsWith(`${resource} (`),
    );
    const seen = policyViolations.map(({ policy, resource }) => `${policy}: ${resource}`).join("\n");
    expect(found, seen).to.have.length(1);
    expect(found[0]?.level).to.equal("mandatory");
    expect(found[0]?.message).to.match(message);
}

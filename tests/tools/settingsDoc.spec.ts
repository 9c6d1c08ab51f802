import { expect } from "chai";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { settingsSchema } from "../../config/settings";
import { SETTINGS_DOC, settingRows, settingsDoc } from "../../tools/settingsDoc";

/** Every key of a JSON schema, counted in another way than the document does. */
function pathsIn(schema: unknown, above: readonly string[] = []): string[] {
    const { properties } = z
        .object({ properties: z.record(z.string(), z.unknown()).default({}) })
        .parse(schema);
    return Object.entries(properties).flatMap(([key, value]) => {
        const path = [...above, key];
        return [path.join("."), ...pathsIn(value, path)];
    });
}

describe("docs/settings.md", () => {
    const rows = settingRows();
    const row = (path: string) => rows.find((each) => each.path === path);

    it('is up to date; else run "tsx tools/settingsDoc.ts"', () =>
        expect(readFileSync(SETTINGS_DOC, "utf8")).to.equal(settingsDoc(rows)));

    it("holds every key of the schema, and each has a description", () => {
        const paths = pathsIn(z.toJSONSchema(settingsSchema("dev"), { io: "input" }));
        expect(rows.map(({ path }) => path)).to.deep.equal(paths);
        expect(rows.filter(({ description }) => description === "")).to.deep.equal([]);
    });

    it("says of every key that is no section what it may be", () => {
        const silent = rows.filter(({ isSection, allowed }) => isSection === (allowed !== ""));
        expect(silent).to.deep.equal([]);
    });

    it("tells a default that depends on the environment", () => {
        expect(row("database.deletionProtection")?.defaults).to.deep.equal({
            dev: "false",
            prod: "true",
            local: "false",
        });
        expect(settingsDoc(rows)).to.contain("| dev `false`, prod `true`, local `false` |");
    });

    it("tells what must be given from what may be left out", () => {
        const given = rows.filter(({ required }) => required).map(({ path }) => path);
        expect(given).to.deep.equal([
            "owner",
            "costCenter",
            "database.adopt.clusterIdentifier",
            "database.adopt.credentialsSecretArn",
            "database.adopt.securityGroupId",
            "alerts.slack.workspaceId",
            "alerts.slack.channelId",
        ]);
        expect(row("storage.kmsKeyArn")?.defaults.prod).to.equal(undefined);
    });

    for (const [path, allowed] of [
        ["owner", "1 to 256 letters, digits, spaces and _.:/=+-@"],
        ["network.availabilityZones", "whole number, 2 to 3"],
        ["network.nat", "`none`, `single`, `onePerZone`"],
        ["storage.forceDestroy", "`true`, `false`"],
        ["storage.kmsKeyArn", "an ARN of kms"],
        ["database.minCapacityAcu", "number, 0 to 256, in steps of 0.5"],
        ["cache.authTokenVersion", "whole number, at least 1"],
        ["registry.readerAccounts", "list, each: a 12-digit account id"],
        ["billing.alarmsUsd", "list, 1 to 4 entries, each: number, 1 to 100000"],
    ] as const) {
        it(`allows ${path}: ${allowed}`, () => expect(row(path)?.allowed).to.equal(allowed));
    }

    it("keeps a cell with a bar in one cell", () => {
        const odd = { ...row("owner")!, description: "this | that" };
        expect(settingsDoc([odd])).to.contain("| this \\| that |");
    });
});

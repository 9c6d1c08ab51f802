import * as pulumi from "@pulumi/pulumi";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createCallback } from "../../components/callback";
import { ROOT } from "../../local/paths";
import { deploy } from "../support/mocks";
import { scopeOf } from "../support/scope";

/** The files of the archive that a function's code is deployed as: what they hold, by name. */
export async function archiveOf(folder: string): Promise<Map<string, string>> {
    const { named } = await deploy(() => {
        const made = createCallback(
            "made",
            {
                ...{ scope: scopeOf(), stage: "inference", folder, base: "made", description: "Made" },
                ...{ memoryMb: 128, timeoutSeconds: 3, concurrency: 1, variables: {}, statements: [] },
                network: { privateSubnetIds: ["subnet-a"], securityGroups: { lambda: "sg-lambda" } },
            },
            {},
        );
        return made.name;
    });
    const archive = named("made").inputs.code as pulumi.asset.AssetArchive;
    const files = new Map<string, string>();
    for (const [name, asset] of Object.entries(await archive.assets)) {
        if (asset instanceof pulumi.asset.StringAsset) files.set(name, await asset.text);
        else if (asset instanceof pulumi.asset.FileAsset)
            files.set(name, readFileSync(join(ROOT, await asset.path), "utf8"));
        else throw new Error(`${name} is neither a text nor a file.`);
    }
    return files;
}

import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildSync } from "esbuild";
import { ROOT } from "../../paths";
import { unzip } from "./unzip";

/** What functions run from: their unpacked packages, one folder for each content, and the runtime that loads them. */
export class Packages {
    private readonly codeDir: string;
    private readonly runtimeDir: string;

    constructor(dataDir: string) {
        this.codeDir = join(dataDir, "code");
        this.runtimeDir = join(dataDir, "runtime");
    }

    /** The process that loads a handler. */
    get bootstrap(): string {
        return join(this.runtimeDir, "bootstrap.js");
    }

    /** Where handlers find what Lambda's runtime brings along: the AWS SDK. */
    get modules(): string {
        return join(this.runtimeDir, "node_modules");
    }

    /** Makes the runtime of this version of the code. */
    prepareRuntime(): void {
        rmSync(this.runtimeDir, { recursive: true, force: true });
        buildSync({
            entryPoints: ["bootstrap.ts", "watch.ts"].map((file) => join(__dirname, "runtime", file)),
            bundle: true,
            outdir: this.runtimeDir,
            platform: "node",
            target: "node22",
            logLevel: "silent",
        });
        mkdirSync(this.modules);
        symlinkSync(join(ROOT, "node_modules", "@aws-sdk"), join(this.modules, "@aws-sdk"));
    }

    /** The folder of an unpacked package, made where it is not there yet. @throws AwsError where it is no sound zip */
    folderOf(codeSha256: string, archive: () => Buffer): string {
        const folder = join(this.codeDir, nameOf(codeSha256));
        if (existsSync(folder)) return folder;
        const temporary = `${folder}.${randomUUID()}.tmp`;
        try {
            mkdirSync(temporary, { recursive: true, mode: 0o700 });
            for (const { name, content, mode } of unzip(archive())) {
                mkdirSync(dirname(join(temporary, name)), { recursive: true });
                writeFileSync(join(temporary, name), content, { mode });
            }
            renameSync(temporary, folder);
        } catch (error) {
            rmSync(temporary, { recursive: true, force: true });
            throw error;
        }
        return folder;
    }

    /** Removes the folders of all other packages. */
    keepOnly(codeSha256s: readonly string[]): void {
        const kept = new Set(codeSha256s.map(nameOf));
        const found = existsSync(this.codeDir) ? readdirSync(this.codeDir) : [];
        for (const folder of found.filter((name) => !kept.has(name)))
            rmSync(join(this.codeDir, folder), { recursive: true });
    }
}

function nameOf(codeSha256: string): string {
    return Buffer.from(codeSha256, "base64").toString("hex").slice(0, 32);
}

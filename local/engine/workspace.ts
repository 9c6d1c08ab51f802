import {
    copyFileSync,
    existsSync,
    mkdirSync,
    readFileSync,
    readdirSync,
    rmSync,
    symlinkSync,
    unlinkSync,
} from "node:fs";
import { delimiter, join } from "node:path";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { writeFileAtomic } from "../files";
import type { Instance } from "../instance";
import { ROOT } from "../paths";

/** Folder and environment of one run of the engine. */
export interface Workspace {
    readonly workDir: string;
    readonly pulumiHome?: string;
    readonly envVars: Record<string, string>;
}

const stackFileSchema = z.looseObject({ encryptionsalt: z.string().optional() });

/** Where an engine that has no Node.js language host finds what starts the policy pack. */
const POLICY_HOST = { PATH: [join(__dirname, "bin"), process.env["PATH"] ?? ""].join(delimiter) };

/** The checkout as it is, for a real account: Pulumi's own settings choose the backend, the SDK's the credentials. */
export function awsWorkspace(): Workspace {
    return { workDir: ROOT, envVars: POLICY_HOST };
}

/**
 * A working folder for the engine that looks like the checkout (archives and paths of the program resolve in it) but
 * whose stack file is a copy: the engine writes a salt into it, and a checkout stays as Git left it.
 */
export function localWorkspace(instance: Instance, debugProviders: string): Workspace {
    const workDir = join(instance.dir, "work");
    linkCheckout(workDir);
    copyStackFile(instance.stack, workDir);
    mkdirSync(join(instance.dir, "pulumi"), { recursive: true, mode: 0o700 });
    return {
        workDir,
        pulumiHome: join(instance.dir, "pulumi-home"),
        envVars: {
            PULUMI_BACKEND_URL: `file://${join(instance.dir, "pulumi")}`,
            PULUMI_CONFIG_PASSPHRASE: instance.passphrase,
            PULUMI_DEBUG_PROVIDERS: debugProviders,
            PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
            PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true",
            PULUMI_SKIP_UPDATE_CHECK: "true",
            ...POLICY_HOST,
        },
    };
}

function linkCheckout(workDir: string): void {
    mkdirSync(workDir, { recursive: true });
    for (const entry of readdirSync(workDir)) {
        if (!entry.startsWith("Pulumi.")) rmSync(join(workDir, entry), { recursive: true, force: true });
    }
    for (const entry of readdirSync(ROOT)) {
        if (entry !== ".git" && !entry.startsWith("Pulumi."))
            symlinkSync(join(ROOT, entry), join(workDir, entry));
    }
    copyFileSync(join(ROOT, "Pulumi.yaml"), join(workDir, "Pulumi.yaml"));
}

/** The stack's settings as committed, with the salt of the local state in place of the real stack's secrets provider. */
function copyStackFile(stack: string, workDir: string): void {
    const name = `Pulumi.${stack}.yaml`;
    const copy = join(workDir, name);
    const salt = existsSync(copy)
        ? stackFileSchema.parse(parse(readFileSync(copy, "utf8")) ?? {}).encryptionsalt
        : undefined;
    const { config } = z
        .looseObject({ config: z.unknown() })
        .parse(parse(readFileSync(join(ROOT, name), "utf8")) ?? {});
    writeFileAtomic(copy, stringify({ ...(salt === undefined ? {} : { encryptionsalt: salt }), config }));
}

/**
 * Removes the locks that a killed engine left in a local backend. The caller holds the stack's own lock, so that no
 * engine of ours can be running.
 */
export function removeStaleLocks({ dir }: Instance): void {
    const locks = join(dir, "pulumi", ".pulumi", "locks");
    if (!existsSync(locks)) return;
    for (const entry of readdirSync(locks, { recursive: true, encoding: "utf8" })) {
        if (entry.endsWith(".json")) unlinkSync(join(locks, entry));
    }
}

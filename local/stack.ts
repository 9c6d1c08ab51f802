import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { settingsFromFile } from "../config/load";
import { writeDeployment } from "./deployment";
import type { OperationRequest, OperationResult } from "./engine/protocol";
import { runOperation } from "./engine/run";
import { removeStaleLocks } from "./engine/workspace";
import { messageOf, UserError } from "./errors";
import { dataDirOf, findInstance, openInstance, type Instance } from "./instance";
import { withStackLock } from "./lock";
import { ROOT } from "./paths";
import { purgeCache } from "./services/cache";
import { HostClient } from "./services/client";
import { postgresBinDir, purgeDatabase } from "./services/database";
import { ensureHost, stopHost } from "./services/launch";
import type { Tools } from "./services/services";
import { ensureEngine } from "./toolchain/engine";
import { ensurePolicyBundle } from "./toolchain/policyBundle";
import { ensureValkey } from "./toolchain/valkey";

/** Runs one step of a command and shows it; the command line passes its own. */
export type RunStep = <T>(title: string, work: (detail: (text: string) => void) => Promise<T>) => Promise<T>;

export type Target = OperationRequest["target"];

/** Long enough for a name, short enough for every physical name that ends with it. */
const STACK_NAME = /^[a-z0-9](?:-?[a-z0-9]){0,19}$/;
const DEFAULT_REGION = "us-east-1";

/** Checks a stack's name and settings without the engine. @returns the path of its settings file */
function checkStack(stack: string): string {
    const file = join(ROOT, `Pulumi.${stack}.yaml`);
    if (!STACK_NAME.test(stack) || !existsSync(file)) {
        const known = readdirSync(ROOT).map((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1]);
        const names = known.filter((name) => name !== undefined).sort();
        throw new UserError(
            `There is no stack "${stack}": there are ${names.join(", ")} (a file Pulumi.<stack>.yaml each).`,
        );
    }
    settingsFromFile(stack, file);
    return file;
}

/** Says what deploying would change and which policies it would break. Changes nothing. */
export async function previewStack(stack: string, target: Target, step: RunStep): Promise<OperationResult> {
    const file = checkStack(stack);
    const engine = await prepareEngine(step);
    const request = { kind: "preview", stack, target, engine } as const;
    const preview = (): Promise<OperationResult> =>
        step(`Preview of ${stack}`, (detail) => runOperation(request, detail));
    if (target === "aws") return preview();
    const instance = await openInstance(stack, regionIn(file));
    return withStackLock(instance.dir, `preview --stack ${stack}`, () => {
        removeStaleLocks(instance);
        return preview();
    });
}

/**
 * Deploys a stack: previews first, so that a rule about the whole stack stops it before anything is created, then runs
 * the engine. Locally it starts the services before and removes afterwards what an earlier, killed run left behind.
 */
export async function deployStack(
    stack: string,
    target: Target,
    step: RunStep,
    doing = `deploy --stack ${stack}`,
): Promise<OperationResult> {
    const file = checkStack(stack);
    const engine = await prepareEngine(step);
    const request = { kind: "deploy", stack, target, engine } as const;
    const deploy = (): Promise<OperationResult> =>
        step(`Deployment of ${stack}`, (detail) => runOperation(request, detail));
    if (target === "aws") return deploy();
    const tools = await prepareTools(step);
    const instance = await openInstance(stack, regionIn(file));
    return withStackLock(instance.dir, doing, async () => {
        removeStaleLocks(instance);
        await step("Local services", () => ensureHost(instance, tools));
        const at = new Date().toISOString();
        writeDeployment(instance.dir, { state: "running", at });
        const result = await deployAndTidy(instance, deploy).catch((error: unknown) => {
            writeDeployment(instance.dir, { state: "failed", at, message: messageOf(error) });
            throw error;
        });
        const { succeeded, seconds, changes, errors, policyViolations } = result;
        const message = [...errors, ...policyViolations.map(({ message }) => message)].join("\n");
        writeDeployment(instance.dir, {
            state: succeeded ? "succeeded" : "failed",
            at,
            seconds,
            changes,
            ...(succeeded ? {} : { message }),
        });
        return result;
    });
}

async function deployAndTidy(
    instance: Instance,
    deploy: () => Promise<OperationResult>,
): Promise<OperationResult> {
    const result = await deploy();
    if (result.succeeded) await removeOrphans(instance);
    return result;
}

/** Stops a stack's services; with `purge` its state goes too. @returns whether anything ran */
export async function downStack(instance: Instance, purge: boolean): Promise<boolean> {
    return withStackLock(instance.dir, "down", async () => {
        const ran = await stopHost(instance);
        if (purge) {
            await purgeDatabase(dataDirOf(instance, "database"));
            await purgeCache(dataDirOf(instance, "cache"));
            rmSync(instance.dir, { recursive: true, force: true });
        }
        return ran;
    });
}

/** What the engine's state does not hold is nobody's: a run that was killed between making and noting it left it. */
async function removeOrphans(instance: Instance): Promise<void> {
    const known = new Set(deployedIds(instance));
    const client = new HostClient(instance);
    for (const { type, id } of await client.list())
        if (!known.has(`${type}|${id}`)) await client.remove(type, id);
}

const checkpointSchema = z.object({
    checkpoint: z.object({
        latest: z.object({
            resources: z.array(z.object({ type: z.string(), id: z.string().optional() })).default([]),
        }),
    }),
});

function deployedIds({ dir, stack }: Instance): string[] {
    const path = join(dir, "pulumi", ".pulumi", "stacks", "bqx-ml", `${stack}.json`);
    const { checkpoint } = checkpointSchema.parse(JSON.parse(readFileSync(path, "utf8")));
    return checkpoint.latest.resources.flatMap(({ type, id }) => (id === undefined ? [] : [`${type}|${id}`]));
}

async function prepareEngine(step: RunStep): Promise<string> {
    await ensurePolicyBundle();
    return step("Pulumi engine", (detail) => ensureEngine(detail));
}

async function prepareTools(step: RunStep): Promise<Tools> {
    const valkeyServer = await step("Valkey and PostgreSQL", (detail) => ensureValkey(detail));
    return { postgresDir: postgresBinDir(), valkeyServer };
}

function regionIn(file: string): string {
    const schema = z.looseObject({
        config: z.looseObject({ "aws:region": z.string().default(DEFAULT_REGION) }),
    });
    return schema.parse(parse(readFileSync(file, "utf8"))).config["aws:region"];
}

/** The instance of a stack that was started before. @throws UserError where there is none */
export function requireInstance(stack: string): Instance {
    const instance = findInstance(stack);
    if (instance === undefined)
        throw new UserError(`The local stack "${stack}" has never been started. Run "./bqx up".`);
    return instance;
}

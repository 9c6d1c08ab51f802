import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** What Lambda hands over beside the event. */
export interface HandlerContext {
    callbackWaitsForEmptyEventLoop: boolean;
    readonly functionName: string;
    readonly functionVersion: string;
    readonly invokedFunctionArn: string;
    readonly memoryLimitInMB: string;
    readonly awsRequestId: string;
    readonly logGroupName: string;
    readonly logStreamName: string;
    getRemainingTimeInMillis(): number;
}

type Callback = (error?: unknown, result?: unknown) => void;

/** A handler of either kind: one that returns a promise, or one that calls back. */
export type Handler = (event: unknown, context: HandlerContext, callback: Callback) => unknown;

/** An error with the name that Lambda gives to it. */
class RuntimeError extends Error {
    constructor(name: string, message: string, options?: ErrorOptions) {
        super(message, options);
        this.name = name;
    }
}

/**
 * Loads `folder/file.export`, where the export may be nested.
 * @throws Error named as Lambda does: Runtime.ImportModuleError, Runtime.HandlerNotFound and the like
 */
export async function loadHandler(taskRoot: string, handler: string): Promise<Handler> {
    const [, path, names] = /^([^.]+)\.(.+)$/s.exec(handler.slice(handler.lastIndexOf("/") + 1)) ?? [];
    if (path === undefined || names === undefined)
        throw new RuntimeError("Runtime.MalformedHandlerName", `Bad handler "${handler}"`);
    const folder = join(taskRoot, handler.slice(0, handler.lastIndexOf("/") + 1));
    let found = await importModule(taskRoot, join(folder, path));
    for (const name of names.split("."))
        found = typeof found === "object" && found !== null ? Reflect.get(found, name) : undefined;
    if (found === undefined)
        throw new RuntimeError("Runtime.HandlerNotFound", `${handler} is undefined or not exported`);
    if (typeof found !== "function")
        throw new RuntimeError("Runtime.HandlerNotFound", `${handler} is not a function`);
    return found as Handler;
}

async function importModule(taskRoot: string, path: string): Promise<unknown> {
    const file = ["", ".js", ".mjs", ".cjs"].map((extension) => path + extension).find(existsSync);
    if (file === undefined) {
        const message = `Error: Cannot find module '${path.slice(taskRoot.length + 1)}'`;
        throw new RuntimeError("Runtime.ImportModuleError", message);
    }
    try {
        return createRequire(join(taskRoot, "index.js"))(file) as unknown;
    } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        // A module that awaits at its top can only be imported.
        if (code === "ERR_REQUIRE_ASYNC_MODULE") return import(pathToFileURL(file).href);
        if (error instanceof SyntaxError)
            throw new RuntimeError("Runtime.UserCodeSyntaxError", String(error), { cause: error });
        if (code === "MODULE_NOT_FOUND" || code === "ERR_MODULE_NOT_FOUND")
            throw new RuntimeError("Runtime.ImportModuleError", String(error), { cause: error });
        throw error;
    }
}

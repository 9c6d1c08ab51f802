import { z } from "zod";
import type { StackStatus } from "../console/status";
import { UserError } from "../errors";
import type { Instance } from "../instance";
import type { ResourceHost } from "../provider/host";
import { CONTROL_PATH } from "./gateway";
import type { ResourceRecord } from "./service";

const REQUEST_TIMEOUT_MILLISECONDS = 60_000;
const STATUS_TIMEOUT_MILLISECONDS = 10_000;
const problemSchema = z.object({ message: z.string() });

/** Which record is meant: a type and a physical id. */
export interface ResourceKey {
    readonly type: string;
    readonly id: string;
}

/** Speaks to the host of one local stack. */
export class HostClient implements ResourceHost {
    constructor(private readonly instance: Instance) {}

    async put(record: ResourceRecord): Promise<Record<string, unknown>> {
        return (await this.request("PUT", "resource", record)) as Record<string, unknown>;
    }

    async remove(type: string, id: string): Promise<void> {
        await this.request("DELETE", `resource?${new URLSearchParams({ type, id }).toString()}`);
    }

    async get(type: string, id: string): Promise<ResourceRecord | undefined> {
        const path = `resource?${new URLSearchParams({ type, id }).toString()}`;
        return (await this.request("GET", path)) as ResourceRecord | undefined;
    }

    async list(): Promise<readonly ResourceKey[]> {
        return (await this.request("GET", "resources")) as readonly ResourceKey[];
    }

    /** What runs, or `undefined` where no host answers. */
    async status(): Promise<StackStatus | undefined> {
        try {
            return (await this.request(
                "GET",
                "status",
                undefined,
                STATUS_TIMEOUT_MILLISECONDS,
            )) as StackStatus;
        } catch {
            return undefined;
        }
    }

    private async request(
        method: string,
        path: string,
        body?: unknown,
        timeout = REQUEST_TIMEOUT_MILLISECONDS,
    ): Promise<unknown> {
        const { ports, controlToken, stack } = this.instance;
        const response = await fetch(`http://127.0.0.1:${ports.aws}${CONTROL_PATH}${path}`, {
            method,
            headers: { authorization: `Bearer ${controlToken}`, "content-type": "application/json" },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
            signal: AbortSignal.timeout(timeout),
        }).catch((error: unknown) => {
            const advice = `run "./bqx up" (or deploy) again to start them`;
            throw new UserError(`The services of the local stack ${stack} do not answer; ${advice}.`, {
                cause: error,
            });
        });
        if (response.status === 404 && method === "GET") return undefined;
        const content: unknown = await response.json().catch((error: unknown) => {
            const text = `What answers on port ${ports.aws} are not the services of the local stack ${stack}.`;
            throw new UserError(text, { cause: error });
        });
        if (!response.ok) throw new UserError(problemSchema.parse(content).message);
        return content;
    }
}

import { UserError } from "../local/errors";
import type { Instance } from "../local/instance";

/** What an AWS SDK client needs to reach a local stack. */
export function clientOptions({ ports, region, accessKeyId, secretAccessKey }: Instance) {
    return {
        endpoint: `http://127.0.0.1:${ports.aws}`,
        region,
        credentials: { accessKeyId, secretAccessKey },
    };
}

/** Errors by which AWS says that a thing is not there, and what the network says of a host that is not. */
const NOT_DEPLOYED = /does not exist/i;
const STOPPED = "ECONNREFUSED";

/**
 * Says in a user's words why a local stack cannot be used.
 * @throws UserError where it is stopped or lacks what was asked for, else what was thrown
 */
export function explain(error: unknown, stack: string, what: string): never {
    const { code, message } = error as { readonly code?: string; readonly message?: string };
    if (code === STOPPED) {
        throw new UserError(`The local stack "${stack}" is stopped. Start it with "./bqx up".`, {
            cause: error,
        });
    }
    if (!NOT_DEPLOYED.test(message ?? "")) throw error;
    throw new UserError(`The local stack "${stack}" has no ${what}. Run "./bqx up" or "./bqx deploy".`, {
        cause: error,
    });
}

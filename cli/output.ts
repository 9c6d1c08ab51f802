import type { OperationResult } from "../local/engine/protocol";

/** Writes the one JSON document of a command to standard output. */
export function printJson(document: object): void {
    process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
}

/** What `preview` and `deploy` tell a person about how the engine's run ended. */
export function describeResult(
    { succeeded, changes, policyViolations, errors, seconds }: OperationResult,
    done: string,
): string {
    const counts = Object.entries(changes)
        .filter(([kind, count]) => count > 0 && kind !== "same")
        .map(([kind, count]) => `${count} to ${kind}`);
    const summary = counts.length === 0 ? "no changes" : counts.join(", ");
    const lines = [
        ...policyViolations.map(
            ({ level, policy, resource, message }) =>
                `policy ${policy} (${level})${resource === "" ? "" : `, ${resource}`}:\n  ${message}`,
        ),
        ...errors.map((error) => `error: ${error}`),
        `${done}: ${succeeded ? summary : "refused"} (${changes.same} unchanged, ${seconds.toFixed(1)} s)`,
    ];
    return lines.join("\n");
}

/** The shape that scripts read; the same for `preview` and `deploy`. */
export function resultDocument({ changes, policyViolations, errors, seconds }: OperationResult): object {
    const { create, update, replace, delete: deleted } = changes;
    return { changes: { create, update, replace, delete: deleted }, policyViolations, errors, seconds };
}

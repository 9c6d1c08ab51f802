import type { OperationResult } from "../local/engine/protocol";

/** Writes the one JSON document of a command to standard output. */
export function printJson(document: object): void {
    process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
}

/** How each kind of change is told, before and after it was made. */
const CHANGES = [
    ["create", "created"],
    ["update", "updated"],
    ["replace", "replaced"],
    ["delete", "deleted"],
] as const;

/** What `preview` and `deploy` tell a person about how the engine's run ended, the violations first. */
export function describeResult(
    { succeeded, changes, policyViolations, errors, seconds }: OperationResult,
    command: "preview" | "deploy",
    stack: string,
): string {
    const made = CHANGES.filter(([kind]) => changes[kind] > 0).map(([kind, past]) =>
        command === "preview" ? `${changes[kind]} to ${kind}` : `${changes[kind]} ${past}`,
    );
    const summary = made.length === 0 ? "no changes" : made.join(", ");
    const heading = command === "preview" ? `Preview of ${stack}` : `Deployment of ${stack}`;
    return [
        ...policyViolations.map(
            ({ level, policy, resource, message }) =>
                `policy ${policy} (${level})${resource === "" ? "" : `, ${resource}`}:\n  ${message}`,
        ),
        ...errors.map((error) => `error: ${error}`),
        `${heading}: ${succeeded ? summary : "refused"} (${changes.same} unchanged, ${seconds.toFixed(1)} s)`,
    ].join("\n");
}

/** The shape that scripts read; the same for `preview` and `deploy`. */
export function resultDocument({ changes, policyViolations, errors, seconds }: OperationResult): object {
    const { create, update, replace, delete: deleted } = changes;
    return { changes: { create, update, replace, delete: deleted }, policyViolations, errors, seconds };
}

import type { DeploymentChanges } from "../console/status";

/** What the parent asks of an operation's process. */
export interface OperationRequest {
    readonly kind: "preview" | "deploy";
    readonly stack: string;
    /** `local` uses this machine's providers and state; `aws` the account and the backend that Pulumi is logged in to. */
    readonly target: "local" | "aws";
    /** Path of the `pulumi` binary. */
    readonly engine: string;
}

/** A rule of the policy pack that was broken. */
export interface PolicyViolation {
    readonly policy: string;
    /** Logical name and type of the resource; empty for a rule about the whole stack. */
    readonly resource: string;
    readonly message: string;
    readonly level: "mandatory" | "advisory";
}

/** How an operation ended. */
export interface OperationResult {
    readonly succeeded: boolean;
    readonly changes: DeploymentChanges;
    readonly policyViolations: readonly PolicyViolation[];
    /** Errors of the engine, the program and the providers, for a person. */
    readonly errors: readonly string[];
    readonly outputs: Readonly<Record<string, unknown>>;
    readonly seconds: number;
}

/** What an operation's process tells its parent. */
export type OperationMessage =
    | { readonly type: "progress"; readonly text: string }
    | { readonly type: "result"; readonly result: OperationResult };

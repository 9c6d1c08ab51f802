import { stripVTControlCharacters } from "node:util";
import type { EngineEvent, OpType } from "@pulumi/pulumi/automation";
import type { DeploymentChanges } from "../console/status";
import type { OperationResult, PolicyViolation } from "./protocol";

const DOING: Partial<Record<OpType, string>> = {
    create: "creating",
    update: "updating",
    delete: "deleting",
    replace: "replacing",
    "create-replacement": "replacing",
    "delete-replaced": "deleting the replaced",
};

/** Said by the engine beside the error that made it stop; it adds nothing for a person. */
const NOISE = [
    /^(preview|update) failed$/,
    /^resource registration failed$/i,
    /one or more (mandatory )?policy/i,
];

/** Turns the engine's events into what a person or a script wants to know. Feed it every event, in order. */
export class EventDigest {
    private readonly violations: PolicyViolation[] = [];
    private readonly problems = new Set<string>();
    private counts: DeploymentChanges = { create: 0, update: 0, replace: 0, delete: 0, same: 0 };

    constructor(private readonly onProgress: (text: string) => void) {}

    get result(): Pick<OperationResult, "changes" | "policyViolations" | "errors"> {
        return { changes: this.counts, policyViolations: this.violations, errors: [...this.problems] };
    }

    take({ policyEvent, diagnosticEvent, resourcePreEvent, summaryEvent }: EngineEvent): void {
        if (policyEvent !== undefined) {
            this.violations.push({
                policy: policyEvent.policyName,
                resource: describeUrn(policyEvent.resourceUrn ?? ""),
                message: withoutPrefix(plain(policyEvent.message), policyEvent.policyName),
                level: policyEvent.enforcementLevel === "mandatory" ? "mandatory" : "advisory",
            });
        }
        if (diagnosticEvent?.severity === "error")
            this.takeError(diagnosticEvent.message, diagnosticEvent.urn ?? "");
        if (resourcePreEvent !== undefined) {
            const doing = DOING[resourcePreEvent.metadata.op];
            if (doing !== undefined)
                this.onProgress(`${doing} ${describeUrn(resourcePreEvent.metadata.urn)}`);
        }
        if (summaryEvent !== undefined) this.counts = countsOf(summaryEvent.resourceChanges);
    }

    private takeError(message: string, urn: string): void {
        const text = plain(message)
            .replace(/^error: /, "")
            .trim();
        if (text === "" || NOISE.some((noise) => noise.test(text))) return;
        const resource = urn.includes("pulumi:pulumi:Stack::") ? "" : describeUrn(urn);
        this.problems.add(resource === "" ? text : `${resource}: ${text}`);
    }
}

/** `feature-store-cluster (aws:rds/cluster:Cluster)` from a URN; empty from an empty one. */
export function describeUrn(urn: string): string {
    const [, , types = "", ...name] = urn.split("::");
    return name.length === 0 ? "" : `${name.join("::")} (${types.split("$").at(-1) ?? ""})`;
}

function countsOf(changes: Partial<Record<OpType, number>>): DeploymentChanges {
    return {
        create: changes.create ?? 0,
        update: changes.update ?? 0,
        replace: changes.replace ?? 0,
        delete: changes.delete ?? 0,
        same: changes.same ?? 0,
    };
}

/** The engine's text without its colour directives and terminal codes. */
function plain(text: string): string {
    return stripVTControlCharacters(text.replaceAll(/<\{%[^%]*%\}>/g, "")).trim();
}

/** Policy messages come as "<description>\n<message>" with the rule's name in front, depending on the engine. */
function withoutPrefix(message: string, policy: string): string {
    return message.replace(new RegExp(`^\\[?${policy}\\]?:?\\s*`), "");
}

import { createHash, randomBytes } from "node:crypto";
import type { ResourceType } from "./define";
import { type Properties, UNKNOWN } from "./values";

/** Where resources are deployed to. */
export interface Place {
    /** 12 digits. */
    readonly account: string;
    readonly region: string;
}

/** What a type may use to make a new resource's id. In the preview of a create all that is random is UNKNOWN. */
export interface IdentifyContext extends Place {
    /** The last part of the URN. */
    readonly logicalName: string;
    /** The resource's name in AWS, for types that declare one; otherwise "". */
    readonly physicalName: string;
    /** Hexadecimal digits, at most 64, that belong to this resource; another label gives others. */
    readonly hex: (label: string, length: number) => string;
    /** A UUID that belongs to this resource. */
    readonly uuid: (label: string) => string;
    /** An id in EC2's form: `vpc-` and 17 hexadecimal digits. */
    readonly randomId: (prefix: string) => string;
    /** An ARN in this account and region: `arn("sns", "alerts")`. */
    readonly arn: (service: string, resource: string) => string;
    /** An ARN of a service without regions: `globalArn("iam", "role/x")`. */
    readonly globalArn: (service: string, resource: string) => string;
}

/** What a type may use to derive outputs. All of it is fixed once the resource exists, so an update derives the same. */
export interface DeriveContext extends IdentifyContext {
    readonly id: string;
    /** A value made at creation and kept ever after. */
    readonly once: (output: string, make: () => string) => string;
}

/** The resource whose outputs are derived. */
export interface Subject {
    readonly urn: string;
    readonly place: Place;
    readonly inputs: Properties;
    /** What exists already, on an update. */
    readonly current?: { readonly id: string; readonly outputs: Properties };
    readonly preview: boolean;
}

/** The id and all outputs of a resource: its inputs, its name, its tags, and what its type derives. */
export function deriveResource(type: ResourceType, subject: Subject): { id: string; outputs: Properties } {
    const { current } = subject;
    const inputs = { ...subject.inputs, ...physicalName(type, subject) };
    // Until there is an id, its place is taken by a random text: two resources share a URN while one replaces the other.
    const birth = context(type, subject, inputs, randomBytes(16).toString("hex"));
    const id = current?.id ?? (subject.preview ? UNKNOWN : type.identify(birth, inputs));
    const derived = type.derive(context(type, subject, inputs, id), inputs);
    const common: Properties = {};
    if ("tags" in type.inputs.shape) common.tagsAll = inputs.tags ?? {};
    if ("region" in type.inputs.shape) common.region = birth.region;
    return { id, outputs: { ...inputs, ...common, ...derived } };
}

function context(type: ResourceType, subject: Subject, inputs: Properties, id: string): DeriveContext {
    const { urn, place, current, preview } = subject;
    const planned = preview && current === undefined;
    const region = typeof inputs.region === "string" ? inputs.region : place.region;
    const name = type.physicalName === undefined ? undefined : inputs[type.physicalName.property];
    const hex = (label: string, length: number) =>
        planned
            ? UNKNOWN
            : createHash("sha256").update(`${urn}\n${id}\n${label}`).digest("hex").slice(0, length);
    return {
        id,
        account: place.account,
        region,
        logicalName: urn.slice(urn.lastIndexOf("::") + 2),
        physicalName: typeof name === "string" ? name : "",
        hex,
        // Version 4, variant 1, as AWS's are.
        uuid: (label) => hex(label, 32).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-8$4-$5"),
        randomId: (prefix) => `${prefix}-${hex(prefix, 17)}`,
        arn: (service, resource) => `arn:aws:${service}:${region}:${place.account}:${resource}`,
        globalArn: (service, resource) => `arn:aws:${service}::${place.account}:${resource}`,
        once: (output, make) => {
            const kept = current?.outputs[output];
            if (typeof kept === "string") return kept;
            return planned ? UNKNOWN : make();
        },
    };
}

/** The name in AWS: as given, as it was, or (asked for with a prefix) the prefix and digits that rise with time. */
function physicalName(
    { physicalName: naming }: ResourceType,
    { inputs, current, preview }: Subject,
): Properties {
    if (naming === undefined) return {};
    const { property, prefixProperty, maxLength } = naming;
    const kept = inputs[property] ?? current?.outputs[property];
    if (kept !== undefined) return { [property]: kept };
    if (preview) return { [property]: UNKNOWN };
    const prefix = prefixProperty === undefined ? undefined : inputs[prefixProperty];
    const unique = `${Date.now().toString()}${randomBytes(6).toString("hex")}`;
    return { [property]: `${typeof prefix === "string" ? prefix : ""}${unique}`.slice(0, maxLength) };
}

import type { ResourceRecord } from "../services/service";
import { withoutContents, withZips } from "./archive";
import { withoutDefaultsKey } from "./check";
import type { ResourceType } from "./define";
import { deriveResource, type Place, type Subject } from "./derive";
import type { ResourceHost } from "./host";
import type { Properties, Sealed } from "./values";

/** A resource as it is, or in a preview as it would be. */
export interface Deployed extends Sealed {
    readonly id: string;
}

/** A resource as `update` finds it. */
export interface Existing {
    readonly id: string;
    readonly inputs: Properties;
    readonly outputs: Properties;
}

/** Creates, updates and deletes resources of the known types on a host. */
export class Resources {
    constructor(
        private readonly host: ResourceHost,
        private readonly place: Place,
    ) {}

    /** Makes a resource. In a preview nothing is made, and the id and all that is built from it are unknown. */
    async create(type: ResourceType, urn: string, news: Sealed, preview: boolean): Promise<Deployed> {
        const inputs = withoutDefaultsKey(news.values);
        const { id, outputs } = deriveResource(type, { urn, place: this.place, inputs, preview });
        return this.settle(
            type,
            { urn, id, inputs, outputs, secretKeys: news.secretKeys },
            preview,
            "creating",
        );
    }

    /** Changes a resource in place. What was derived earlier and does not follow from the inputs stays. */
    async update(
        type: ResourceType,
        urn: string,
        existing: Existing,
        news: Sealed,
        preview: boolean,
    ): Promise<Deployed> {
        const { id } = existing;
        const inputs = withoutDefaultsKey(news.values);
        const current = { id, outputs: existing.outputs };
        const subject: Subject = { urn, place: this.place, inputs, current, preview };
        const kept = Object.entries(existing.outputs).filter(([name]) => !(name in existing.inputs));
        const outputs = { ...Object.fromEntries(kept), ...deriveResource(type, subject).outputs };
        return this.settle(
            type,
            { urn, id, inputs, outputs, secretKeys: news.secretKeys },
            preview,
            "updating",
        );
    }

    /** The resource as the host has it, or undefined. Of archives only the hash is answered. */
    async read(type: ResourceType, id: string): Promise<ResourceRecord | undefined> {
        const record = await this.host.get(type.token, id);
        return record && { ...record, inputs: withoutContents(record.inputs) };
    }

    /** Removes a resource; refuses as AWS does where the resource is protected or holds what would be lost. */
    async delete(type: ResourceType, id: string, outputs: Properties): Promise<void> {
        const refusal = type.refuseDelete(outputs);
        if (refusal !== undefined) throw new Error(`${type.token} "${id}" cannot be deleted: ${refusal}`);
        await this.host.remove(type.token, id);
    }

    private async settle(
        type: ResourceType,
        draft: Omit<ResourceRecord, "type">,
        preview: boolean,
        doing: "creating" | "updating",
    ): Promise<Deployed> {
        const secretKeys = [...new Set([...draft.secretKeys, ...type.secrets])];
        if (preview) return { id: draft.id, values: draft.outputs, secretKeys };
        try {
            const merged = await this.host.put({
                ...draft,
                type: type.token,
                inputs: withZips(draft.inputs),
                outputs: withoutContents(draft.outputs),
                secretKeys,
            });
            return { id: draft.id, values: { ...draft.outputs, ...merged }, secretKeys };
        } catch (error) {
            const name = draft.urn.slice(draft.urn.lastIndexOf("::") + 2);
            const reason = error instanceof Error ? error.message : String(error);
            throw new Error(`${doing} ${type.token} "${name}": ${reason}`, { cause: error });
        }
    }
}

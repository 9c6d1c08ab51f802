import { modelBytes, readManifest } from "./artefact";
import { Model } from "./model";
import { Refusal } from "./refusal";

/** Models of one answer of GET /models. */
const PAGE_MODELS = 20;

/**
 * What a model takes at most, by the size of model.onnx: ONNX Runtime keeps each node of a tree in several forms. Seen were 6 to 8
 * bytes a byte of forests, and 1.1 MiB for a ridge regression of 4 KB.
 */
const MEMORY_PER_BYTE = 8;
const MEMORY_PER_MODEL_BYTES = 1.25 * 1_048_576;

/** A model as SageMaker names it. */
export interface ModelListing {
    readonly modelName: string;
    /** Folder that SageMaker has unpacked it to. */
    readonly modelUrl: string;
}

interface Entry extends ModelListing {
    readonly memoryBytes: number;
    /** Absent while it loads. */
    readonly model?: Model;
}

/** The models in memory, by the names that SageMaker gives them. */
export class Models {
    readonly #entries = new Map<string, Entry>();

    constructor(private readonly memoryBytes: number) {}

    /**
     * Loads a model. Its memory counts from the start, so that models that load at the same time do not exceed the bound
     * together.
     * @throws Refusal 409 where the name is taken, 507 where memory does not suffice; ArtefactError where the model is bad
     */
    async load({ modelName, modelUrl }: ModelListing): Promise<Model> {
        this.#refuseTaken(modelName);
        const manifest = await readManifest(modelUrl);
        this.#refuseTaken(modelName);
        const memoryBytes = MEMORY_PER_MODEL_BYTES + MEMORY_PER_BYTE * modelBytes(manifest);
        const taken = [...this.#entries.values()].reduce((sum, entry) => sum + entry.memoryBytes, 0);
        if (taken + memoryBytes > this.memoryBytes)
            throw new Refusal(
                507,
                `No memory for model ${modelName}: it needs ${memoryBytes} bytes, ${this.memoryBytes - taken} of ${this.memoryBytes} are free`,
            );
        const loading = { modelName, modelUrl, memoryBytes };
        this.#entries.set(modelName, loading);
        try {
            const model = await Model.load(modelUrl, manifest);
            this.#entries.set(modelName, { ...loading, model });
            return model;
        } catch (error) {
            this.#entries.delete(modelName);
            throw error;
        }
    }

    /** @throws Refusal 404 */
    get(modelName: string): { readonly listing: ModelListing; readonly model: Model } {
        const { modelUrl, model } = this.#entries.get(modelName) ?? {};
        if (modelUrl === undefined || model === undefined)
            throw new Refusal(404, `Model ${modelName} is not loaded`);
        return { listing: { modelName, modelUrl }, model };
    }

    /**
     * The loaded models by name, page by page.
     * @param after the `nextPageToken` of the page before: a model's name, so that none is left out where others come or go
     */
    list(after = ""): { readonly models: ModelListing[]; readonly nextPageToken?: string } {
        const names = [...this.#entries.values()]
            .filter(({ modelName, model }) => model !== undefined && modelName > after)
            .map(({ modelName }) => modelName)
            .sort();
        const page = names.slice(0, PAGE_MODELS);
        const models = page.map((name) => this.get(name).listing);
        const last = page.at(-1);
        return names.length > page.length && last !== undefined
            ? { models, nextPageToken: last }
            : { models };
    }

    /** @throws Refusal 404 */
    async unload(modelName: string): Promise<void> {
        const { model } = this.get(modelName);
        this.#entries.delete(modelName);
        await model.retire();
    }

    async unloadAll(): Promise<void> {
        const models = [...this.#entries.values()].flatMap(({ model }) => model ?? []);
        this.#entries.clear();
        await Promise.all(models.map((model) => model.retire()));
    }

    #refuseTaken(modelName: string): void {
        if (this.#entries.has(modelName)) throw new Refusal(409, `Model ${modelName} is already loaded`);
    }
}

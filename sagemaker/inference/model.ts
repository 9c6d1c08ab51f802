import { ArtefactError, readArtefact, type Artefact, type Manifest } from "./artefact";
import type { Batch } from "./batch";
import { impliedIntervalOf, impliedReturnOf, intervalOf, type Prediction } from "./prediction";
import { Problems } from "./refusal";
import { Network } from "./runtime";

/** One pair's model, ready to forecast. */
export class Model {
    #users = 0;
    #isRetired = false;

    private constructor(
        private readonly artefact: Omit<Artefact, "onnx" | "examples">,
        private readonly network: Network,
    ) {}

    /**
     * Loads a model, and lets it forecast the example rows that it came with.
     * @throws ArtefactError where its files are not what they should be, or its forecasts not those of its training
     */
    static async load(dir: string, manifest: Manifest): Promise<Model> {
        const { onnx, examples, ...artefact } = await readArtefact(dir, manifest);
        const network = await Network.open(onnx, artefact.columns.length).catch((error: unknown) => {
            const reason = error instanceof Error ? error.message : String(error);
            throw new ArtefactError(dir, [`model.onnx: ${reason}`]);
        });
        const problems = await wrongExamples({ ...artefact, examples }, network);
        if (problems.length === 0) return new Model(artefact, network);
        await network.close();
        throw new ArtefactError(dir, problems);
    }

    get pair() {
        return this.artefact.manifest.pair;
    }

    get version() {
        return this.artefact.manifest.modelVersion;
    }

    /** Names of its inputs, in its order. */
    get columns() {
        return this.artefact.columns;
    }

    /** @returns one prediction a row; undefined where it became too late */
    async predict(
        { values, featureTimesMs }: Batch,
        isTooLate: () => boolean,
    ): Promise<Prediction[] | undefined> {
        const { manifest, columns, intervals, calibration } = this.artefact;
        const forecasts = await this.#using(() => this.network.run(values, isTooLate));
        if (forecasts === undefined) return undefined;
        return Array.from(forecasts, (forecast, i) => {
            const row = values.subarray(i * columns.length, (i + 1) * columns.length);
            const interval = intervalOf(intervals, row, forecast);
            const timeMs = featureTimesMs?.[i];
            return {
                pair: manifest.pair,
                modelVersion: manifest.modelVersion,
                forecast,
                interval,
                impliedReturn: impliedReturnOf(calibration, row, forecast),
                impliedReturnInterval: impliedIntervalOf(calibration, row, interval),
                // Of the row's own time, not the clock's: bars may be replayed.
                isExpired: timeMs === undefined ? null : timeMs > manifest.expires,
            };
        });
    }

    /** Frees its memory, once what it forecasts at the moment is done. */
    async retire(): Promise<void> {
        this.#isRetired = true;
        if (this.#users === 0) await this.network.close();
    }

    async #using<Result>(work: () => Promise<Result>): Promise<Result> {
        this.#users++;
        try {
            return await work();
        } finally {
            this.#users--;
            if (this.#isRetired && this.#users === 0) await this.network.close();
        }
    }
}

/** What of the example rows comes out other than it was at the model's training, beyond the stated tolerance. */
async function wrongExamples(
    { columns, intervals, calibration, examples }: Omit<Artefact, "onnx" | "manifest">,
    network: Network,
): Promise<string[]> {
    const problems = new Problems();
    const { tolerance } = examples;
    const { windowMinutes, horizonMinutes, slope } = calibration;
    const returnTolerance = (tolerance * 2 * Math.abs(slope)) / (2 * windowMinutes - horizonMinutes + 1);
    const compare = (what: string, got: number | null, wanted: number | null | undefined, within: number) => {
        const isSame =
            got !== null && typeof wanted === "number" ? Math.abs(got - wanted) <= within : got === wanted;
        if (!isSame)
            problems.add(
                `examples.json: ${what}: got ${String(got)}, allowed: ${String(wanted)} within ${within}`,
            );
    };
    const values = Float32Array.from(examples.rows.flat(), (value) => value ?? NaN);
    const forecasts = await network.run(values, () => false);
    examples.forecasts.forEach((forecast, i) => {
        compare(`forecasts[${i}]`, forecasts?.[i] ?? NaN, forecast, tolerance);
        const row = values.subarray(i * columns.length, (i + 1) * columns.length);
        const [low, high] = intervalOf(intervals, row, forecast);
        compare(`intervals[${i}][0]`, low, examples.intervals[i]?.[0], tolerance);
        compare(`intervals[${i}][1]`, high, examples.intervals[i]?.[1], tolerance);
        const impliedReturn = impliedReturnOf(calibration, row, forecast);
        compare(`impliedReturns[${i}]`, impliedReturn, examples.impliedReturns[i], returnTolerance);
    });
    return problems.list();
}

import { InferenceSession, Tensor } from "onnxruntime-node";

/** What a model of sagemaker/training reads and gives. */
const INPUT = "features";
const OUTPUT = "forecast";

/**
 * Rows that run in one go. Nothing else happens meanwhile: a large batch lets others in between, about every millisecond for
 * a forest of 100 trees.
 */
const CHUNK_ROWS = 64;

/** A model of one input column, written by tests/sagemaker/inference/onnx.ts: 2 x + 3, where a missing x counts as 1. */
export const SELF_TEST_MODEL =
    "CAhCBAoAEBFCDgoKYWkub25ueC5tbBADOpoCChwKCGZlYXR1cmVzEgdtaXNzaW5nIgVJc05hTjoACisKB21pc3NpbmcKBW1lYW5zCghmZWF0dXJlcxIGZmlsbGVkIgVXaGVyZToACiQKBmZpbGxlZAoHd2VpZ2h0cxIHcHJvZHVjdCIGTWF0TXVsOgAKJQoHcHJvZHVjdAoJaW50ZXJjZXB0Eghmb3JlY2FzdCIDQWRkOgASBW1vZGVsKhEIARABQgVtZWFuc0oEAACAPyoVCAEIARABQgd3ZWlnaHRzSgQAAABAKhUIARABQglpbnRlcmNlcHRKBAAAQEBaGwoIZmVhdHVyZXMSDwoNCAESCQoDEgFOCgIIAWIbCghmb3JlY2FzdBIPCg0IARIJCgMSAU4KAggB";

/** A model in ONNX Runtime. */
export class Network {
    private constructor(
        private readonly session: InferenceSession,
        private readonly columns: number,
    ) {}

    /** @throws Error where the model is no ONNX model, or one of other inputs or outputs */
    static async open(onnx: Uint8Array, columns: number): Promise<Network> {
        const session = await InferenceSession.create(onnx, {
            // One thread: a row takes less than waking others, and requests come in parallel.
            intraOpNumThreads: 1,
            interOpNumThreads: 1,
            // Its memory pools are per model, and grow with the largest batch.
            enableCpuMemArena: false,
            logSeverityLevel: 3,
        });
        const got = [...session.inputMetadata, ...session.outputMetadata].map(describe).join(", ");
        const allowed = `${INPUT} float32 [rows, ${columns}], ${OUTPUT} float32 [rows, 1]`;
        if (got === allowed) return new Network(session, columns);
        await session.release();
        throw new Error(`got ${got}, allowed: ${allowed}`);
    }

    /**
     * @param values rows one after another, NaN where one is missing
     * @param isTooLate asked before every chunk of rows
     * @returns one forecast a row; undefined where it became too late
     */
    async run(values: Float32Array, isTooLate: () => boolean): Promise<Float32Array | undefined> {
        const rows = values.length / this.columns;
        const forecasts = new Float32Array(rows);
        for (let from = 0; from < rows; from += CHUNK_ROWS) {
            if (isTooLate()) return undefined;
            const to = Math.min(rows, from + CHUNK_ROWS);
            const chunk = values.subarray(from * this.columns, to * this.columns);
            const feeds = { [INPUT]: new Tensor("float32", chunk, [to - from, this.columns]) };
            const { [OUTPUT]: output } = await this.session.run(feeds);
            if (!(output?.data instanceof Float32Array)) throw new Error("the model gave no numbers");
            forecasts.set(output.data, from);
        }
        return forecasts;
    }

    close(): Promise<void> {
        return this.session.release();
    }
}

/**
 * Loads a model and lets it forecast, as a request would.
 * @throws Error where ONNX Runtime does not work on this machine
 */
export async function checkRuntime(): Promise<void> {
    const network = await Network.open(Buffer.from(SELF_TEST_MODEL, "base64"), 1);
    try {
        const forecasts = await network.run(Float32Array.of(4, NaN), () => false);
        if (forecasts?.join() !== "11,5")
            throw new Error(`ONNX Runtime forecast ${String(forecasts)} instead of 11,5`);
    } finally {
        await network.close();
    }
}

function describe(value: InferenceSession.ValueMetadata): string {
    if (!value.isTensor) return `${value.name} (no tensor)`;
    const shape = value.shape.map((size) => (typeof size === "string" ? "rows" : size));
    return `${value.name} ${value.type} [${shape.join(", ")}]`;
}

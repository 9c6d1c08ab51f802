import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { Pair } from "../../../config/pairs";

/** A .tar.gz of some files, as tar's own format has it. */
export function packed(files: Readonly<Record<string, string | Buffer>>): Buffer {
    const blocks = Object.entries(files).flatMap(([name, content]) => {
        const body = Buffer.from(content);
        const header = Buffer.alloc(512);
        header.write(name, 0);
        header.write(`${body.length.toString(8).padStart(11, "0")}\0`, 124);
        header.write(name.endsWith("/") ? "5" : "0", 156);
        return [header, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
    });
    return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

/** What a test wants otherwise. */
export interface Wanted {
    readonly metrics?: object;
    readonly manifest?: object;
    readonly sha256?: string;
    /** Tells models of the same pair apart. */
    readonly onnx?: string;
}

const measured = (r2: number) => ({
    ...{ rows: 1000, r2, mae: 0.0012, rmse: 0.002, directionalAccuracy: 0.53, sharpe: null, trades: 40 },
});

/** The output.tar.gz of a training job. */
export function outputOf(pair: Pair, wanted: Wanted = {}): Buffer {
    return packed(filesOf(pair, wanted));
}

/** What sagemaker/training leaves below /opt/ml/output/data. */
export function filesOf(
    pair: Pair,
    { metrics, manifest, sha256, onnx = "onnx" }: Wanted = {},
): Record<string, Buffer> {
    const report = JSON.stringify({
        ...{ pair, target: "target_60_60", model: "ridge", ceiling: 0, ceilingFormula: "((W - h) / W)^3" },
        validation: measured(0.03),
        test: measured(0.021),
        floors: {
            zero: { validation: measured(-0.001), test: measured(-0.002) },
            last_value: { validation: measured(-0.9), test: measured(-0.8) },
            known: { validation: measured(-0.001), test: measured(-0.003) },
        },
        candidates: { ridge: measured(0.03) },
        coverage: { nominal: 0.9, test: 0.893, testByRegime: [0.9, 0.88, null] },
        ...{ importanceShare: 0.34, features: 250, isFast: true, leakSuspected: false },
        ...{ fitRows: 10_000, selectionRows: 5000 },
        ...metrics,
    });
    const model = packed({
        "manifest.json": JSON.stringify({
            ...{ format: 1, pair, modelVersion: "0123456789ab", catalogueHash: "c".repeat(64) },
            target: { name: "target_60_60", windowMinutes: 60, horizonMinutes: 60 },
            model: { kind: "ridge", parameters: { alpha: 5 } },
            ...{ features: 250, gitCommit: "abcdef1", isFast: true, leakOverride: null },
            dataset: { from: "2017-01-02T00:00Z", to: "2017-09-29T20:59Z", inputsHash: "i" },
            ...manifest,
        }),
        "metrics.json": report,
        "model.onnx": onnx,
    });
    const digest = sha256 ?? createHash("sha256").update(model).digest("hex");
    return {
        "digest.json": Buffer.from(JSON.stringify({ sha256: digest, bytes: model.length })),
        "metrics.json": Buffer.from(report),
        "model.tar.gz": model,
        "selected_features_250.json": Buffer.from(JSON.stringify({ format: 1, pair })),
    };
}

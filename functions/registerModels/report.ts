import type { ApprovalStatus } from "../../sagemaker/registry";

/** A model of the run that is in the registry. Measures are those of the test split; bqx is a ratio. */
export interface ReportedModel {
    readonly pair: string;
    readonly version: number;
    readonly arn: string;
    readonly status: ApprovalStatus;
    /** False where an earlier run has left the very same model. */
    readonly isNew: boolean;
    /** Its kind: `random_forest`. */
    readonly model: string;
    readonly r2: number;
    /** The most that R2 can be where no increment can be predicted. */
    readonly ceiling: number;
    /** The best forecast that takes no model. */
    readonly floor: { readonly name: string; readonly r2: number };
    readonly mae: number;
    readonly directionalAccuracy: number | null;
    /** Annualised, net of spread. */
    readonly sharpe: number | null;
    /** Share of targets within their interval, which should be `nominal`. */
    readonly coverage: { readonly nominal: number; readonly test: number };
    readonly features: number;
    /** Of the importance of all candidates, the share that the selected columns hold. */
    readonly importanceShare: number;
    readonly isFast: boolean;
}

/** How a run went. */
export interface TrainingReport {
    /** Whether all pairs have a model that may be approved, some of them, or none. */
    readonly outcome: "all" | "some" | "none";
    /** The same for people. */
    readonly message: string;
    /** S3 URI. */
    readonly dataset: string;
    readonly models: readonly ReportedModel[];
    /** Pairs that keep the model they have, and why; one whose model was rejected is among the models too. */
    readonly failed: readonly { readonly pair: string; readonly error: string }[];
}

/** Says how a run went, in fields and in words. */
export function reportOf(
    dataset: string,
    models: TrainingReport["models"],
    failed: TrainingReport["failed"],
): TrainingReport {
    const usable = models.filter(({ status }) => status !== "Rejected");
    const outcome = failed.length === 0 ? "all" : usable.length > 0 ? "some" : "none";
    const counts = `${usable.length} models are registered, ${failed.length} pairs failed.`;
    const message = [
        `Training on ${dataset}: ${counts}`,
        ...(failed.length > 0 ? ["", "Failed; these pairs keep the models they have:"] : []),
        ...failed.map(({ pair, error }) => `${pair}: ${error}`),
        ...(models.length > 0 ? ["", "R2 on test, its ceiling, and the best floor:"] : []),
        ...models.map(
            ({ pair, version, status, r2, ceiling, floor }) =>
                `${pair}: ${figure(r2)}, ${figure(ceiling)}, ${figure(floor.r2)} (${floor.name}); version ${version}, ${status}`,
        ),
    ].join("\n");
    return { outcome, message, dataset, models, failed };
}

const figure = (value: number): string => value.toFixed(3);

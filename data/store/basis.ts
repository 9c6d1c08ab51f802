import { z } from "zod";
import { PAIRS, type Pair } from "../../config/pairs";
import type { ActivityKind, SpreadKind } from "../../features/market";
import type { FeatureParameters } from "../../features/parameters";

/** All that feature values depend on besides bars and the catalogue: training and inference must agree on it. */
export interface FeatureBasis {
    readonly activity: ActivityKind;
    readonly spread: SpreadKind;
    /** SHA-256 of what the parameters were fitted to: catalogue, bars and rows. */
    readonly trainingHash: string;
    readonly parameters: FeatureParameters;
}

const pairSchema = z.enum(PAIRS);
const gaussianSchema = z.strictObject({ mean: z.number(), std: z.number() });
const stateSchema = z.strictObject({ move: gaussianSchema, logRange: gaussianSchema });
const rowSchema = z.tuple([z.number(), z.number(), z.number()]);
const modelSchema = z.strictObject({
    states: z.tuple([stateSchema, stateSchema, stateSchema]),
    transitions: z.tuple([rowSchema, rowSchema, rowSchema]),
});

/** What is fitted to, or for, one pair. */
const pairParametersSchema = z.strictObject({
    baseRate: z.number(),
    garch: z.strictObject({ omega: z.number(), alpha: z.number(), beta: z.number() }),
    hmm: z.strictObject({ idx: modelSchema, bqx: modelSchema }),
    sisters: z.array(pairSchema),
    partners: z.tuple([pairSchema, pairSchema]),
});

const basisSchema = z.strictObject({
    activity: z.enum(["volume", "trueRange"]),
    spread: z.enum(["quoted", "corwinSchultz"]),
    trainingHash: z.string(),
    usdLoadings: z.partialRecord(pairSchema, z.number()),
    pairs: z.record(pairSchema, pairParametersSchema),
});

/** A basis as JSON has it: the parameters of all 28 pairs, with every part of them. */
export type BasisDocument = z.output<typeof basisSchema>;

/** The same basis always gives the same text. @throws Error listing what is missing or is no number */
export function basisDocument({ activity, spread, trainingHash, parameters }: FeatureBasis): BasisDocument {
    const { pairs, hmm, crossPair, partners } = parameters;
    const inOrder = <Value>(valueOf: (pair: Pair) => Value | undefined) =>
        Object.fromEntries(
            PAIRS.flatMap((pair) => {
                const value = valueOf(pair);
                return value === undefined ? [] : [[pair, value]];
            }),
        );
    const documents = inOrder((pair) => ({
        ...pairs.get(pair),
        hmm: hmm?.get(pair),
        sisters: crossPair?.sisters.get(pair),
        partners: partners?.get(pair),
    }));
    const usdLoadings = inOrder((pair) => crossPair?.usdLoadings.get(pair));
    return parsed({ activity, spread, trainingHash, usdLoadings, pairs: documents });
}

/** The inverse of {@link basisDocument}. @throws Error listing what is wrong with the document */
export function basisOf(document: unknown): FeatureBasis {
    const { usdLoadings, pairs, ...kinds } = parsed(document);
    const ofPairs = <Value>(valueOf: (pair: Pair) => Value) =>
        new Map(PAIRS.map((pair) => [pair, valueOf(pair)]));
    const parameters: FeatureParameters = {
        pairs: ofPairs((pair) => ({ baseRate: pairs[pair].baseRate, garch: pairs[pair].garch })),
        hmm: ofPairs((pair) => pairs[pair].hmm),
        crossPair: {
            sisters: ofPairs((pair) => pairs[pair].sisters),
            usdLoadings: new Map(
                PAIRS.flatMap((pair) => {
                    const loading = usdLoadings[pair];
                    return loading === undefined ? [] : [[pair, loading] as const];
                }),
            ),
        },
        partners: ofPairs((pair) => pairs[pair].partners),
    };
    return { ...kinds, parameters };
}

/** Keys in the order of the schemas, whatever order they came in. */
function parsed(document: unknown): BasisDocument {
    const { data, error } = basisSchema.safeParse(document);
    if (data !== undefined) return data;
    const problems = error.issues.map(
        ({ path, message }) => `${["parameters", ...path].join(".")}: ${message}`,
    );
    throw new Error(`the feature parameters are not usable:\n  ${problems.join("\n  ")}`);
}

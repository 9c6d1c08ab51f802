import { RECURSIVE_SPAN } from "../kernels/ema";
import { BQX_BAR_MINUTES, BQX_DEFAULT, BQX_SCALE } from "./bases";
import { catalogueFamily, column, type Declaration } from "./column";

export const RSI_PERIODS = [7, 14, 21, 30] as const;
export const MACD_PERIODS = [
    [12, 26, 9],
    [24, 52, 18],
] as const;
export const STOCHASTIC_WINDOWS = [14, 30, 60] as const;
/** Minutes over which the slow %K and then %D are averaged. */
export const STOCHASTIC_SMOOTHING = 3;
export const CCI_WINDOWS = [14, 20, 40] as const;
export const WILLIAMS_WINDOWS = [14, 30, 60] as const;
export const ROC_LAGS = [5, 12, 30, 60] as const;
export const ADX_PERIODS = [14, 30] as const;
export const ATR_PERIODS = [14, 30, 60] as const;
export const AROON_WINDOWS = [25, 60] as const;
export const TRIX_PERIODS = [15, 30] as const;
export const TSI_PERIODS = [25, 13] as const;
export const ULTIMATE_WINDOWS = [7, 14, 28] as const;
export const KELTNER_PERIODS = [20, 60] as const;
export const DONCHIAN_WINDOWS = [20, 120] as const;
export const VORTEX_WINDOW = 14;
export const PPO_PERIODS = [12, 26] as const;
export const CMO_WINDOW = 14;

/** What differs between the domains. */
interface Side {
    readonly short: "idx" | "bqx";
    readonly level: "index" | "bqx";
    /** Lookback of the close. */
    readonly close: number;
    /** Lookback of the high and the low. */
    readonly range: number;
    /** Lookback of what percent forms are divided by; 0 where that is the level itself. */
    readonly scale: number;
}

const emaLookback = (period: number): number => RECURSIVE_SPAN * period - 1;

function oscillators({ short, level, close, range, scale }: Side): Declaration[] {
    const smooth = STOCHASTIC_SMOOTHING - 1;
    return [
        ...RSI_PERIODS.map((n) => column(`rsi_${short}_${n}`, "percent", close + 1 + emaLookback(n))),
        ...MACD_PERIODS.flatMap(([fast, slow, signal]) => {
            const line = close + emaLookback(slow);
            const name = (part: string) => `macd_${part}_${short}_${fast}_${slow}_${signal}`;
            return [
                column(name("line"), level, line),
                column(name("signal"), level, line + emaLookback(signal)),
                column(name("histogram"), level, line + emaLookback(signal)),
            ];
        }),
        ...STOCHASTIC_WINDOWS.flatMap((n) => [
            column(`stochastic_k_${short}_${n}`, "percent", range + n - 1 + smooth),
            column(`stochastic_d_${short}_${n}`, "percent", range + n - 1 + 2 * smooth),
        ]),
        ...CCI_WINDOWS.map((n) => column(`cci_${short}_${n}`, "ratio", range + n - 1)),
        ...WILLIAMS_WINDOWS.map((n) => column(`williams_r_${short}_${n}`, "percent", range + n - 1)),
        ...ROC_LAGS.map((n) => {
            const unit = short === "idx" ? "percent" : "sd";
            return column(`roc_${short}_${n}`, unit, Math.max(close + n, scale));
        }),
    ];
}

function trends({ short, level, close, range, scale }: Side): Declaration[] {
    const relative = short === "idx" ? "percent" : "sd";
    const trueRange = Math.max(close + 1, range);
    const moves = Math.max(range + 1, trueRange);
    return [
        ...ADX_PERIODS.flatMap((n) => {
            const directional = moves + emaLookback(n);
            return [
                column(`adx_${short}_${n}`, "percent", directional + emaLookback(n)),
                column(`plus_di_${short}_${n}`, "percent", directional),
                column(`minus_di_${short}_${n}`, "percent", directional),
            ];
        }),
        ...ATR_PERIODS.flatMap((n) => [
            column(`atr_${short}_${n}`, level, trueRange + emaLookback(n)),
            column(`atr_percent_${short}_${n}`, relative, Math.max(trueRange + emaLookback(n), scale)),
        ]),
        ...AROON_WINDOWS.flatMap((n) =>
            ["up", "down", "oscillator"].map((part) =>
                column(`aroon_${part}_${short}_${n}`, "percent", range + n),
            ),
        ),
        ...TRIX_PERIODS.map((n) =>
            column(`trix_${short}_${n}`, relative, Math.max(close + 3 * emaLookback(n) + 1, scale)),
        ),
        column(
            `tsi_${short}_${TSI_PERIODS.join("_")}`,
            "percent",
            close + 1 + emaLookback(TSI_PERIODS[0]) + emaLookback(TSI_PERIODS[1]),
        ),
        column(
            `ultimate_${short}_${ULTIMATE_WINDOWS.join("_")}`,
            "percent",
            trueRange + ULTIMATE_WINDOWS[2] - 1,
        ),
    ];
}

function channels({ short, close, range, scale }: Side): Declaration[] {
    const trueRange = Math.max(close + 1, range);
    const relative = short === "idx" ? "percent" : "sd";
    return [
        ...KELTNER_PERIODS.map((n) =>
            column(`keltner_position_${short}_${n}`, "ratio", trueRange + emaLookback(n)),
        ),
        ...DONCHIAN_WINDOWS.map((n) => column(`donchian_position_${short}_${n}`, "ratio", range + n - 1)),
        ...["plus", "minus"].map((part) =>
            column(`vortex_${part}_${short}_${VORTEX_WINDOW}`, "ratio", range + VORTEX_WINDOW),
        ),
        column(
            `ppo_${short}_${PPO_PERIODS.join("_")}`,
            relative,
            Math.max(close + emaLookback(PPO_PERIODS[1]), scale),
        ),
        column(`cmo_${short}_${CMO_WINDOW}`, "percent", close + CMO_WINDOW),
    ];
}

const columnsOf = (side: Side): Declaration[] => [...oscillators(side), ...trends(side), ...channels(side)];

const about =
    "RSI; MACD line, signal and histogram; slow stochastic K (3) and D; CCI; Williams %R; ROC; ADX and its directional " +
    "indicators; ATR; Aroon; TRIX; TSI; ultimate oscillator; positions in the Keltner (2 ATR) and Donchian channels; " +
    "vortex; PPO; CMO on plain sums. EMA and Wilder's smoothing read 10 times their period.";

export const technicalIdx = catalogueFamily({
    name: "technical idx",
    table: "technical_idx",
    domain: "rate_idx",
    laggable: true,
    about: `Indicators of rate_idx: ${about}`,
    columns: columnsOf({ short: "idx", level: "index", close: 0, range: 0, scale: 0 }),
});

export const technicalBqx = catalogueFamily({
    name: "technical bqx",
    table: "technical_bqx",
    domain: "bqx",
    laggable: true,
    about:
        `Indicators of bqx_15, whose high and low are its extremes over ${BQX_BAR_MINUTES} minutes and whose percent ` +
        `forms are divided by its trailing 240-minute standard deviation: ${about}`,
    columns: columnsOf({
        short: "bqx",
        level: "bqx",
        close: BQX_DEFAULT,
        range: BQX_DEFAULT + BQX_BAR_MINUTES - 1,
        scale: BQX_SCALE,
    }),
});

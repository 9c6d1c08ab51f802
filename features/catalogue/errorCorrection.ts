import { SINCE_CAP } from "./bases";
import { catalogueFamily, column, type Declaration } from "./column";

export const COINTEGRATION_WINDOW = 240;

/** Lookback of a residual of ln rate, and of bqx_60. */
export const RESIDUAL_LOOKBACK = {
    idx: COINTEGRATION_WINDOW - 1,
    bqx: 60 + COINTEGRATION_WINDOW - 1,
} as const;

function columnsOf(short: "idx" | "bqx"): Declaration[] {
    const base = short === "idx" ? 0 : 60;
    const unit = short === "idx" ? "log-return" : "bqx";
    const residual = RESIDUAL_LOOKBACK[short];
    const name = (term: string) => `ec_${short}_${term}`;
    return [
        column(name("partner_residual"), unit, residual),
        column(name("triangle_residual"), unit, base),
        column(name("base_residual"), unit, residual),
        column(name("quote_residual"), unit, residual),
        column(name("usd_residual"), unit, residual),
        column(name("velocity_20"), unit, residual + 20),
        column(name("acceleration_20"), unit, residual + 40),
        column(name("half_life"), "minutes", residual + COINTEGRATION_WINDOW - 1),
        column(name("adjustment_speed"), "ratio", residual + COINTEGRATION_WINDOW - 1),
        column(name("weight_1"), "ratio", residual),
        column(name("weight_2"), "ratio", residual),
        column(name("z_60"), "sd", residual + 59),
        column(name("z_240"), "sd", residual + 239),
        column(name("toward_equilibrium"), "flag", residual + 5),
        column(name("minutes_since_crossing"), "minutes", residual + SINCE_CAP),
    ];
}

export const errorCorrection = catalogueFamily({
    name: "error correction",
    table: "error_correction",
    domain: "both",
    laggable: false,
    about:
        "Distance of ln rate, and of bqx_60, from where other pairs say it should be: residual against the two best " +
        "partners by least squares over 240 minutes, of its six triangles, against pairs that share a currency and " +
        "against the USD majors; how fast it closes, and when it last did.",
    columns: [
        ...columnsOf("idx").map((each) => ({ ...each, domain: "rate_idx" as const })),
        ...columnsOf("bqx").map((each) => ({ ...each, domain: "bqx" as const })),
    ],
});

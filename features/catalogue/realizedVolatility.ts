import { BQX_BAR_MINUTES, DOMAINS } from "./bases";
import { catalogueFamily, column } from "./column";

export const REALIZED_WINDOWS = [15, 30, 60, 240] as const;
export const RANGE_WINDOWS = [30, 60] as const;
export const BIPOWER_WINDOWS = [60, 240] as const;

export const realizedVolatility = catalogueFamily({
    name: "realized volatility",
    table: "realized_vol",
    domain: "both",
    laggable: true,
    about:
        "Square roots of summed squares of r, or of the change of bqx_15; range estimators of Parkinson, Garman-Klass and " +
        "Rogers-Satchell (bqx: from its 5-minute extremes, differences in place of logarithms); bipower variation, share " +
        "of jumps (1 - bipower / realized, at least 0), semivariances, and the volatility's own movements.",
    columns: DOMAINS.flatMap(({ domain, short, base }) => {
        const range = short === "idx" ? 0 : base + BQX_BAR_MINUTES - 1;
        const unit = short === "idx" ? "log-return" : "bqx";
        const declared = [
            ...REALIZED_WINDOWS.map((w) => column(`rv_${short}_${w}`, unit, base + w)),
            ...["parkinson", "garman_klass", "rogers_satchell"].flatMap((estimator) =>
                RANGE_WINDOWS.map((w) => column(`rv_${estimator}_${short}_${w}`, unit, range + w - 1)),
            ),
            ...BIPOWER_WINDOWS.map((w) => column(`rv_bipower_${short}_${w}`, unit, base + w)),
            ...BIPOWER_WINDOWS.map((w) => column(`rv_jump_share_${short}_${w}`, "share", base + w)),
            column(`rv_upside_${short}_60`, unit, base + 60),
            column(`rv_downside_${short}_60`, unit, base + 60),
            column(`rv_semivariance_ratio_${short}_60`, "ratio", base + 60),
            column(`rv_volatility_${short}_240`, unit, base + 15 + 239),
            column(`rv_har_ratio_${short}_30_240`, "ratio", base + 240),
            column(`rv_percentile_${short}_1440`, "share", base + 60 + 1439),
        ];
        return declared.map((each) => ({ ...each, domain }));
    }),
});

import { BQX_BAR_MINUTES, DOMAINS, SINCE_CAP } from "./bases";
import { catalogueFamily, column } from "./column";

/** Minutes that the forward filter reads: the start has been forgotten by then. */
export const HMM_WINDOW = 240;
export const HMM_STATES = [1, 2, 3] as const;

export const hmmRegime = catalogueFamily({
    name: "hmm regime",
    table: "hmm_regime",
    domain: "both",
    laggable: false,
    about:
        "A Gaussian hidden Markov model of three states, the calmest first, on r and the logarithm of the range (or the " +
        "change of bqx_15 and its 5-minute range), fitted on the training split: probabilities filtered over 240 " +
        "minutes, most likely state and its duration, entropy, mean and volatility expected, chance of leaving within a " +
        "minute, which state comes next once it is left, and log-likelihood.",
    columns: DOMAINS.flatMap(({ domain, short, base }) => {
        // The observation with the longest memory: r reads one minute back, the range of bqx its 5-minute bar.
        const observation = short === "idx" ? 1 : base + BQX_BAR_MINUTES - 1;
        const filtered = observation + HMM_WINDOW - 1;
        const name = (term: string) => `hmm_${short}_${term}`;
        const declared = [
            ...HMM_STATES.map((state) => column(name(`probability_${state}`), "probability", filtered)),
            column(name("state"), "class", filtered),
            column(name("state_minutes"), "minutes", filtered + SINCE_CAP),
            column(name("entropy"), "nats", filtered),
            ...(short === "idx" ? [column(name("expected_mean"), "log-return", filtered)] : []),
            column(name("expected_volatility"), short === "idx" ? "log-return" : "bqx", filtered),
            column(name("leaving_probability"), "probability", filtered),
            ...HMM_STATES.map((state) => column(name(`next_probability_${state}`), "probability", filtered)),
            column(name("log_likelihood_60"), "nats", filtered + 59),
        ];
        return declared.map((each) => ({ ...each, domain }));
    }),
});

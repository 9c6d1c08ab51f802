import { DOMAINS, SINCE_CAP } from "./bases";
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
        "A Gaussian hidden Markov model of three states on r (or the change of bqx_15) and the logarithm of the range, " +
        "fitted on the training split: filtered probabilities, most likely state and its duration, entropy, what the " +
        "state expects, and where it goes next.",
    columns: DOMAINS.flatMap(({ domain, short, base }) => {
        const filtered = base + HMM_WINDOW;
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

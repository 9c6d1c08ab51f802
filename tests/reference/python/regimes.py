"""Hidden Markov regimes by hmmlearn: the last posterior of a window is the filtered one."""

from __future__ import annotations

from typing import Any

import numpy as np
from hmmlearn.hmm import GaussianHMM
from scipy import stats

from inputs import Market, Pair
from windows import Array, change, minutes_since, total

WIDTH = 240
# Rows compared, and the day that a state's duration looks back on.
NEWEST = 300
FILTERED = NEWEST + 1441


def columns(_: Market, pair: Pair) -> dict[str, Array]:
    result: dict[str, Array] = {}
    for domain in ("idx", "bqx"):
        high, low, close = (pair.high, pair.low, pair.close) if domain == "idx" else pair.bars("bqx")
        ranges = (high - low) / (close if domain == "idx" else 1)
        seen = np.column_stack([pair.changes(domain), np.log(np.maximum(ranges, 1e-6))])
        named = regime(model_of(pair.parameters["hmm"][domain]), seen)
        if domain == "bqx":
            del named["expected_mean"]
        result |= {f"hmm_{domain}_{name}": values for name, values in named.items()}
    return result


def model_of(parameters: dict[str, Any]) -> GaussianHMM:
    model = GaussianHMM(n_components=3, covariance_type="diag")
    states = [[state["move"], state["logRange"]] for state in parameters["states"]]
    model.n_features = 2
    model.means_ = np.array([[each["mean"] for each in state] for state in states])
    model.covars_ = np.array([[each["std"] ** 2 for each in state] for state in states])
    model.transmat_ = np.array(parameters["transitions"])
    model.transmat_ /= model.transmat_.sum(axis=1, keepdims=True)
    # The window's first state is as likely as in the long run.
    values, vectors = np.linalg.eig(model.transmat_.T)
    longest = np.real(vectors[:, np.argmax(np.real(values))])
    model.startprob_ = longest / longest.sum()
    return model


def regime(model: GaussianHMM, seen: Array) -> dict[str, Array]:
    rows = len(seen)
    chances = np.full((3, rows), np.nan)
    filtered = range(rows - FILTERED, rows)
    stacked = np.concatenate([seen[row - WIDTH + 1 : row + 1] for row in filtered])
    chances[:, filtered] = model.predict_proba(stacked, [WIDTH] * FILTERED)[WIDTH - 1 :: WIDTH].T
    likelihood = np.full(rows, np.nan)
    for row in range(rows - NEWEST - 60, rows):
        window = seen[row - WIDTH + 1 : row + 1]
        likelihood[row] = model.score(window) - model.score(window[:-1])
    state = np.where(np.isnan(chances[0]), np.nan, np.nan_to_num(chances).argmax(axis=0) + 1)
    changed = np.where(np.isnan(change(state, 1)), np.nan, change(state, 1) != 0)
    means, variances = model.means_[:, 0], np.array([each[0, 0] for each in model.covars_])
    expected = means @ chances
    leaving = model.transmat_ * (1 - np.eye(3))
    result = {
        "state": state,
        "state_minutes": minutes_since(changed),
        "entropy": stats.entropy(chances, axis=0),
        "expected_mean": expected,
        "expected_volatility": np.sqrt((variances + means**2) @ chances - expected**2),
        "leaving_probability": (leaving.T @ chances).sum(axis=0),
        "log_likelihood_60": total(likelihood, 60),
    }
    following = leaving.T @ chances / (leaving.T @ chances).sum(axis=0)
    for place in range(3):
        result[f"probability_{place + 1}"] = chances[place]
        result[f"next_probability_{place + 1}"] = following[place]
    return result

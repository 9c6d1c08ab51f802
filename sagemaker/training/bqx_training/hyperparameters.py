"""The job's settings. SageMaker hands every value over as text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

MODELS = ("random_forest", "extra_trees", "lightgbm", "ridge")

# What SageMaker and its tuner add for themselves.
RESERVED = re.compile(r"^(sagemaker_|_tuning_objective_metric$)")


class UnusableError(Exception):
    """Something that the job was given cannot be used; the message lists every problem."""


@dataclass(frozen=True)
class Hyperparameters:
    pair: str
    target: str
    """Column of the dataset that is forecast."""
    candidates: str
    """`lagged`: the plan's 2,640; `all`: the columns that are not laggable too."""
    fast: bool
    """Less of everything: other defaults for whatever is not given."""
    evaluate: str
    """`test`: all the way to an artefact; `validation`: no further than the tuner's objective."""
    seed: int
    n_jobs: int
    git_commit: str
    models: tuple[str, ...]
    """Kinds of models that compete."""
    selection_rows: int
    """Rows that selection sees at most."""
    selection_trees: int
    fit_rows: int
    """Rows that models are fitted to at most."""
    permutation_rows: int
    """Rows of validation by which the importance of each column is measured at most."""
    n_estimators: int
    """Trees of both forests."""
    max_depth: int
    """Depth of both forests."""
    min_samples_split: int
    max_features: float
    """Share of the columns that a forest's split looks at."""
    boosting_rounds: int
    learning_rate: float
    num_leaves: int
    min_child_samples: int
    feature_fraction: float
    ridge_alpha: float
    """Penalty for each row."""
    signal_threshold: float
    """Trades of the report need a larger implied return, as a ratio."""
    trials: int
    """Trials of tune.py."""
    expires_days: int
    """Days after the dataset's end for which the model may be used."""
    leak_override: str
    """Why a person says that a suspected leak is none; empty without one."""


@dataclass(frozen=True)
class Allowed:
    parse: Callable[[str], Any]
    """Raises ValueError for what is not allowed."""
    words: str


def whole(least: int, most: int) -> Allowed:
    def parse(text: str) -> int:
        if not re.fullmatch(r"\d+", text) or not least <= int(text) <= most:
            raise ValueError(text)
        return int(text)

    return Allowed(parse, f"a whole number, {least} to {most}")


def number(least: float, most: float) -> Allowed:
    def parse(text: str) -> float:
        # NaN is in no range.
        if not least <= float(text) <= most:
            raise ValueError(text)
        return float(text)

    return Allowed(parse, f"a number, {least} to {most}")


def matching(pattern: str, words: str) -> Allowed:
    def parse(text: str) -> str:
        if not re.fullmatch(pattern, text, re.DOTALL):
            raise ValueError(text)
        return text

    return Allowed(parse, words)


def model_names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(","))
    if len(set(names)) != len(names) or not set(names) <= set(MODELS):
        raise ValueError(text)
    return names


@dataclass(frozen=True)
class Field:
    allowed: Allowed
    default: str | None = None
    """None where it must be given."""
    fast: str | None = None
    """The default in fast mode, where it differs."""


FIELDS: Mapping[str, Field] = {
    "pair": Field(matching(r"[a-z]{6}", "a pair such as eurusd")),
    "target": Field(matching(r"target_\d+_\d+", "a target such as target_60_60"), "target_60_60"),
    "candidates": Field(matching("lagged|all", "lagged or all"), "all"),
    "fast": Field(Allowed({"true": True, "false": False}.__getitem__, "true or false"), "false"),
    "evaluate": Field(matching("test|validation", "test or validation"), "test"),
    "seed": Field(whole(0, 2**31 - 1), "1"),
    "n_jobs": Field(whole(1, 256), "1"),
    "git_commit": Field(matching(r"[0-9a-f]{7,64}|unknown", "a commit's digits, or unknown"), "unknown"),
    "models": Field(
        Allowed(model_names, f"names separated by commas, none twice, of {', '.join(MODELS)}"),
        ",".join(MODELS),
    ),
    "selection_rows": Field(whole(100, 10_000_000), "20000", fast="5000"),
    "selection_trees": Field(whole(1, 10_000), "100", fast="25"),
    "fit_rows": Field(whole(100, 10_000_000), "200000", fast="10000"),
    "permutation_rows": Field(whole(10, 1_000_000), "5000", fast="500"),
    "n_estimators": Field(whole(1, 10_000), "100", fast="25"),
    "max_depth": Field(whole(1, 30), "10"),
    "min_samples_split": Field(whole(2, 100_000), "1000"),
    "max_features": Field(number(0.001, 1), "0.06"),
    "boosting_rounds": Field(whole(1, 10_000), "200", fast="50"),
    "learning_rate": Field(number(0.0001, 1), "0.03", fast="0.05"),
    "num_leaves": Field(whole(2, 4_096), "15"),
    "min_child_samples": Field(whole(1, 100_000), "500"),
    "feature_fraction": Field(number(0.01, 1), "0.3"),
    "ridge_alpha": Field(number(1e-9, 1e9), "5"),
    "signal_threshold": Field(number(0, 0.1), "0"),
    "trials": Field(whole(1, 10_000), "50"),
    "expires_days": Field(whole(1, 3_650), "45"),
    "leak_override": Field(matching(r".{0,1000}", "at most 1,000 characters"), ""),
}


def parse_hyperparameters(given: object) -> Hyperparameters:
    """Raises UnusableError listing every hyperparameter that is not usable: what it holds, what is allowed."""
    if not isinstance(given, dict):
        raise UnusableError(f"hyperparameters.json: got {given!r}, allowed: an object of texts")
    known = {name: value for name, value in given.items() if not RESERVED.match(name)}
    problems = [f"{name}: not known" for name in sorted(known.keys() - FIELDS.keys())]
    is_fast = known.get("fast") == "true"
    values: dict[str, Any] = {}
    for name, field in FIELDS.items():
        default = field.fast if is_fast and field.fast is not None else field.default
        text = known.get(name, default)
        try:
            if not isinstance(text, str):
                raise ValueError(text)
            values[name] = field.allowed.parse(text)
        except (ValueError, KeyError):
            got = "nothing" if text is None else repr(text)
            problems.append(f"{name}: got {got}, allowed: {field.allowed.words}")
    if problems:
        raise UnusableError("\n  - ".join(["The hyperparameters cannot be used:", *problems]))
    return Hyperparameters(**values)

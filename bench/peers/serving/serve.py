"""A container as it is commonly written: Flask, scikit-learn and pickles, run by gunicorn. Each model is asked as ours are."""

from __future__ import annotations

import os
import pickle
from typing import Any

import numpy as np
from flask import Flask, jsonify, request
from sklearn.ensemble import RandomForestRegressor

ROWS, COLUMNS, TREES = 5_000, 250, 100

# Gives trees of about 1,000 nodes on noise, as many as the forests of ours have.
DEPTH = 12


def fit() -> bytes:
    """What is fitted does not matter here, only how large it is."""
    random = np.random.default_rng(0)
    values = random.standard_normal((ROWS, COLUMNS), dtype=np.float32)
    forest = RandomForestRegressor(TREES, max_depth=DEPTH, max_features="sqrt", random_state=0)
    return pickle.dumps(forest.fit(values, random.standard_normal(ROWS)))


fitted = fit()
models: dict[str, Any] = {name: pickle.loads(fitted) for name in os.environ["MODELS"].split(",")}
app = Flask(__name__)


@app.post("/models/<name>/invoke")
def invoke(name: str) -> Any:
    rows = np.array(request.get_json()["rows"], dtype=np.float32)
    return jsonify({"predictions": [{"forecast": each} for each in models[name].predict(rows).tolist()]})

"""Turns a fitted model into ONNX: one input `features`, raw values with NaN where missing; one output `forecast`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import lightgbm
import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxmltools.convert.lightgbm.operator_converters.LightGbm import convert_lightgbm
from skl2onnx import to_onnx, update_registered_converter
from skl2onnx.common.data_types import FloatTensorType
from skl2onnx.common.shape_calculator import calculate_linear_regressor_output_shapes

from .dataset import Doubles, Floats
from .models import Model, ScaledRidge
from .preparation import Preparation

INPUT, OUTPUT = "features", "forecast"
FILLED = "filled"

OPSET = 18
ML_OPSET = 3
IR_VERSION = 8

# Of the target's standard deviation: ONNX trees add in float32.
AGREEMENT = 1e-6

# Trees that are added up in float32; sums of so many are added in float64.
TREES_SUMMED = 10


class DisagreementError(Exception):
    """The exported model does not say what the fitted one does."""


def export_model(model: Model, preparation: Preparation) -> bytes:
    """The model with its fills, as the bytes of model.onnx: the same bytes for the same model."""
    nodes, constants, result = (
        _linear_graph(model) if isinstance(model, ScaledRidge) else _tree_graph(model, len(preparation.mean))
    )
    fill = helper.make_node(
        "Imputer",
        [INPUT],
        [FILLED],
        domain="ai.onnx.ml",
        imputed_value_floats=preparation.mean.tolist(),
        replaced_value_float=float("nan"),
    )
    columns = len(preparation.mean)
    graph = helper.make_graph(
        [fill, *nodes, helper.make_node("Identity", [result], [OUTPUT])],
        "bqx",
        [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, [None, columns])],
        [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, [None, 1])],
        constants,
    )
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid("ai.onnx.ml", ML_OPSET)]
    exported = helper.make_model(graph, opset_imports=opsets, producer_name="bqx", ir_version=IR_VERSION)
    onnx.checker.check_model(exported)
    return bytes(exported.SerializeToString(deterministic=True))


def load_exported(exported: bytes) -> Callable[[Floats], Doubles]:
    """The exported model, as forecasts for rows of raw values."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(exported, options, providers=["CPUExecutionProvider"])

    def run(values: Floats) -> Doubles:
        rows = np.ascontiguousarray(values, dtype=np.float32)
        return np.asarray(session.run([OUTPUT], {INPUT: rows})[0], dtype=np.float64).ravel()

    return run


def check_agreement(exported: Doubles, fitted: Doubles, target_std: float) -> float:
    """The largest difference in standard deviations of the target. Raises DisagreementError where it is too large."""
    largest = float(np.abs(exported - fitted).max()) / target_std
    if not largest <= AGREEMENT:
        raise DisagreementError(f"ONNX and the fitted model are {largest:.2g} of the target's spread apart")
    return largest


Graph = tuple[list[onnx.NodeProto], list[onnx.TensorProto], str]


def _linear_graph(model: ScaledRidge) -> Graph:
    """In float64: weights of correlated columns cancel."""
    constants = [
        numpy_helper.from_array(model.weights.reshape(-1, 1), "weights"),
        numpy_helper.from_array(np.array([model.intercept]), "intercept"),
    ]
    nodes = [
        helper.make_node("Cast", [FILLED], ["wide"], to=TensorProto.DOUBLE),
        helper.make_node("MatMul", ["wide", "weights"], ["product"]),
        helper.make_node("Add", ["product", "intercept"], ["sum"]),
        helper.make_node("Cast", ["sum"], ["narrow"], to=TensorProto.FLOAT),
    ]
    return nodes, constants, "narrow"


def _tree_graph(model: Model, columns: int) -> Graph:
    """The library's own conversion, its one ensemble split into small ones."""
    converted = to_onnx(
        model,
        initial_types=[(FILLED, FloatTensorType([None, columns]))],
        target_opset={"": OPSET, "ai.onnx.ml": ML_OPSET},
    )
    ensembles = [node for node in converted.graph.node if node.op_type == "TreeEnsembleRegressor"]
    if len(ensembles) != 1:
        raise DisagreementError(f"the model was converted to {len(ensembles)} tree ensembles, not to one")
    attributes = {each.name: helper.get_attribute_value(each) for each in ensembles[0].attribute}
    return _sum_of_ensembles(attributes)


def _sum_of_ensembles(attributes: dict[str, Any]) -> Graph:
    ids = np.array(attributes["nodes_treeids"])
    leaf_ids = np.array(attributes["target_treeids"])
    is_mean = attributes.pop("aggregate_function", b"SUM") == b"AVERAGE"
    base = float(np.sum(attributes.pop("base_values", 0.0)))
    trees = np.unique(ids)
    nodes: list[onnx.NodeProto] = []
    parts: list[str] = []
    for place, first in enumerate(range(0, len(trees), TREES_SUMMED)):
        group = trees[first : first + TREES_SUMMED]
        own: dict[str, Any] = {
            name: _some(value, np.isin(leaf_ids if name.startswith("target_") else ids, group))
            for name, value in attributes.items()
        }
        nodes.append(
            helper.make_node("TreeEnsembleRegressor", [FILLED], [f"trees{place}"], domain="ai.onnx.ml", **own)
        )
        nodes.append(helper.make_node("Cast", [f"trees{place}"], [f"wide{place}"], to=TensorProto.DOUBLE))
        parts.append(f"wide{place}")
    constants = [
        numpy_helper.from_array(np.array(1 / len(trees) if is_mean else 1.0), "weight"),
        numpy_helper.from_array(np.array(base), "base"),
    ]
    nodes += [
        helper.make_node("Sum", parts, ["total"]),
        helper.make_node("Mul", ["total", "weight"], ["weighted"]),
        helper.make_node("Add", ["weighted", "base"], ["sum"]),
        helper.make_node("Cast", ["sum"], ["narrow"], to=TensorProto.FLOAT),
    ]
    return nodes, constants, "narrow"


def _some(value: object, wanted: NDArray[np.bool_]) -> object:
    """The wanted entries of an attribute that has one for each node or leaf; any other attribute as it is."""
    if not isinstance(value, Sequence) or isinstance(value, str | bytes) or len(value) != len(wanted):
        return value
    return [each for each, is_wanted in zip(value, wanted, strict=True) if is_wanted]


update_registered_converter(
    lightgbm.LGBMRegressor,
    "LgbmRegressor",
    calculate_linear_regressor_output_shapes,
    convert_lightgbm,
)

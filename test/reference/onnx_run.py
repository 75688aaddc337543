"""Checks an ONNX file with Debian's python3-onnx and computes it with numpy, operator by operator.

An implementation of its own, by the ONNX specification, so that an export is judged by something
that shares no code with the product. Reads JSON {"file": ..., "inputs": {name: nested list}} on
stdin, prints JSON {name: nested list} of the outputs.
"""

import json
import sys

import numpy as np
import onnx
from onnx import numpy_helper


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def lstm(attributes, x, w, r, b):
    """Forward direction, default activations; gates stand in the order i, o, f, c."""
    steps, batch, _ = x.shape
    hidden = attributes["hidden_size"]
    bias = b[0, : 4 * hidden] + b[0, 4 * hidden :]
    h = np.zeros((batch, hidden))
    c = np.zeros((batch, hidden))
    for step in range(steps):
        gates = x[step] @ w[0].T + h @ r[0].T + bias
        i, o, f, g = np.split(gates, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
    return None, h[np.newaxis], c[np.newaxis]


def tree_classifier(a, x):
    nodes = {}
    for at, key in enumerate(zip(a["nodes_treeids"], a["nodes_nodeids"])):
        nodes[key] = at
    votes = {}
    for at, key in enumerate(zip(a["class_treeids"], a["class_nodeids"])):
        votes.setdefault(key, []).append((a["class_ids"][at], a["class_weights"][at]))
    classes = a["classlabels_int64s"]
    scores = np.tile(np.array(a["base_values"], dtype=np.float64), (len(x), 1))
    for row, values in enumerate(x):
        for tree in sorted(set(a["nodes_treeids"])):
            node = 0
            while True:
                at = nodes[(tree, node)]
                mode = a["nodes_modes"][at].decode()
                if mode == "LEAF":
                    break
                assert mode == "BRANCH_LT", mode
                left = np.float32(values[a["nodes_featureids"][at]]) < np.float32(a["nodes_values"][at])
                node = a["nodes_truenodeids" if left else "nodes_falsenodeids"][at]
            for name, weight in votes.get((tree, node), []):
                scores[row, name] += weight
    assert a["post_transform"].decode() == "SOFTMAX"
    chances = softmax(scores, 1)
    return np.array(classes)[chances.argmax(axis=1)], chances


def softmax(x, axis):
    powers = np.exp(x - x.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def gemm(attributes, x, y, c):
    y = y.T if attributes.get("transB", 0) else y
    return x @ y + c


OPERATORS = {
    "Add": lambda a, x, y: x + y,
    "Sub": lambda a, x, y: x - y,
    "Mul": lambda a, x, y: x * y,
    "Floor": lambda a, x: np.floor(x),
    "Clip": lambda a, x, low, high: np.clip(x, low, high),
    "Relu": lambda a, x: np.maximum(x, 0),
    "Transpose": lambda a, x: x.transpose(a["perm"]),
    "Squeeze": lambda a, x, axes: x.squeeze(tuple(axes)),
    "Softmax": lambda a, x: softmax(x, a.get("axis", -1)),
    "Gather": lambda a, x, at: x.take(at, axis=a["axis"]),
    "Concat": lambda a, *xs: np.concatenate(xs, axis=a["axis"]),
    "Gemm": gemm,
    "LSTM": lstm,
    "TreeEnsembleClassifier": tree_classifier,
}


def main():
    asked = json.load(sys.stdin)
    model = onnx.load(asked["file"])
    onnx.checker.check_model(model, full_check=True)
    values = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}
    for name, value in asked["inputs"].items():
        values[name] = np.array(value, dtype=np.float32)
    for node in model.graph.node:
        attributes = {one.name: onnx.helper.get_attribute_value(one) for one in node.attribute}
        results = OPERATORS[node.op_type](attributes, *[values[name] for name in node.input])
        results = results if isinstance(results, tuple) else (results,)
        for name, result in zip(node.output, results):
            values[name] = result
    metadata = {one.key: one.value for one in model.metadata_props}
    outputs = {one.name: np.asarray(values[one.name]).tolist() for one in model.graph.output}
    json.dump({"outputs": outputs, "metadata": metadata}, sys.stdout)


main()

"""Opens a Keras model file with Debian's python3-h5py and computes it with numpy.

Reads JSON {"file": ..., "sequences": [[[...]]]} on stdin; prints JSON {"layers": [...],
"config": ..., "probabilities": [[...]]}. The gates of a Keras LSTM stand in the order i, f, c, o.
"""

import json
import sys

import h5py
import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def main():
    asked = json.load(sys.stdin)
    x = np.array(asked["sequences"], dtype=np.float64)
    with h5py.File(asked["file"], "r") as file:
        config = json.loads(file.attrs["model_config"])
        root = file["model_weights"]
        layers = [str(name) for name in root.attrs["layer_names"]]
        weights = {
            name: [root[name][str(path)][:] for path in root[name].attrs.get("weight_names", [])]
            for name in layers
        }
    layer = {one["name"]: one["config"] for one in config["config"]["layers"]}
    units = layer["lstm"]["units"]
    skipped, _ = layer["last_step"]["cropping"]
    kernel, recurrent, bias = weights["lstm"]
    h = np.zeros((len(x), units))
    c = np.zeros((len(x), units))
    for step in range(x.shape[1]):
        i, f, g, o = np.split(x[:, step] @ kernel + h @ recurrent + bias, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
    seen = np.concatenate([h, x[:, skipped:].reshape(len(x), -1)], axis=1)
    kernel, bias = weights["dense"]
    h = np.maximum(seen @ kernel + bias, 0)
    kernel, bias = weights["probabilities"]
    logits = h @ kernel + bias
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    chances = powers / powers.sum(axis=1, keepdims=True)
    json.dump({"layers": layers, "config": config, "probabilities": chances.tolist()}, sys.stdout)


main()

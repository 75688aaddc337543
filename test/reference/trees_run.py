"""Computes boosted trees from the matrix of `model export --format npy`, with numpy alone.

Reads JSON {"file": ..., "features": [[...]]} on stdin, prints the probabilities as JSON.
Columns: tree, class, feature, value, left, right, gain, cover (learn/boosted-export-array.ts).
"""

import json
import sys

import numpy as np


def main():
    asked = json.load(sys.stdin)
    nodes = np.load(asked["file"])
    rows = np.array(asked["features"]).astype(np.float32)
    trees = nodes[:, 0].astype(int)
    roots = [int(np.flatnonzero(trees == tree)[0]) for tree in range(trees.max() + 1)]
    sums = np.zeros((len(rows), 3))
    for place, row in enumerate(rows):
        for root in roots:
            node = root
            while nodes[node, 2] >= 0:
                left = row[int(nodes[node, 2])] < np.float32(nodes[node, 3])
                node = int(nodes[node, 4 if left else 5])
            sums[place, int(nodes[node, 1])] += nodes[node, 3]
    powers = np.exp(sums - sums.max(axis=1, keepdims=True))
    json.dump((powers / powers.sum(axis=1, keepdims=True)).tolist(), sys.stdout)


main()

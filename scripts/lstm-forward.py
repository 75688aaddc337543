"""
What numpy says of the sequences in a deep_signal_model.safetensors, by the weights in it: an
implementation of the forward pass that shares nothing with Holdfast's (float64, no safetensors
package needed).

    python3 scripts/lstm-forward.py models/deep_signal_model.safetensors [how many]

Prints one JSON line: {"examples": [ids], "probabilities": [[hold, buy, sell], ...]}, of the last
examples in the file. `test/lstm-numpy.test.ts` holds Holdfast's own predictions against it.
"""
import json
import struct
import sys

import numpy as np

DTYPES = {'F64': '<f8', 'F32': '<f4', 'I8': 'i1'}
STEPS_PER_UNIT = 31


def read_safetensors(path):
    with open(path, 'rb') as file:
        (length,) = struct.unpack('<Q', file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    metadata = header.pop('__metadata__')
    tensors = {}
    for name, entry in header.items():
        start, end = entry['data_offsets']
        values = np.frombuffer(data[start:end], dtype=DTYPES[entry['dtype']])
        tensors[name] = values.reshape(entry['shape']).astype(np.float64)
    return metadata, tensors


def sigmoid(values):
    return 1 / (1 + np.exp(-values))


def forward(tensors, sequences):
    """Logits of sequences [n, rows, features]."""
    features = sequences / STEPS_PER_UNIT
    inputs = tensors['gate'] * (features - tensors['scaler.mean']) / tensors['scaler.scale']
    hidden = tensors['lstm.recurrent'].shape[0]
    state = np.zeros((len(inputs), hidden))
    cell = np.zeros((len(inputs), hidden))
    for row in range(inputs.shape[1]):
        sums = (
            inputs[:, row] @ tensors['lstm.input']
            + state @ tensors['lstm.recurrent']
            + tensors['lstm.bias']
        )
        enter, forget, candidate, leave = np.split(sums, 4, axis=1)
        cell = sigmoid(forget) * cell + sigmoid(enter) * np.tanh(candidate)
        state = sigmoid(leave) * np.tanh(cell)
    seen = np.concatenate([state, inputs[:, -1]], axis=1)
    dense = np.maximum(0, seen @ tensors['dense.weight'] + tensors['dense.bias'])
    return dense @ tensors['output.weight'] + tensors['output.bias']


def calibrated(logits, calibration):
    prior = np.array(calibration['prior'])
    scaled = prior + (logits - prior) / calibration['temperature']
    parts = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return parts / parts.sum(axis=1, keepdims=True)


def main(path, count):
    metadata, tensors = read_safetensors(path)
    if 'lstm.input' not in tensors:
        sys.exit(f'{path} holds no trained LSTM yet')
    logits = forward(tensors, tensors['example.sequence'][-count:])
    probabilities = calibrated(logits, json.loads(metadata['model'])['calibration'])
    ids = tensors['example.id'][-count:].astype(int)
    print(json.dumps({'examples': ids.tolist(), 'probabilities': probabilities.tolist()}))


if __name__ == '__main__':
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1000)

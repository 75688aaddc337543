"""Opens exported tables: reads JSON {"npy": [...], "parquet": [...], "csv": [...]} on stdin and prints,
by file, each column's type and values as text. Parquet needs pyarrow, NPY numpy, CSV nothing."""

import csv
import json
import sys


def npy(file):
    import numpy as np

    table = np.load(file)
    return {name: [str(table[name].dtype), [str(value) for value in table[name]]] for name in table.dtype.names}


def parquet(file):
    import pyarrow.parquet as pq

    table = pq.read_table(file)
    return {
        name: [str(table.schema.field(name).type), [str(value) for value in table.column(name).to_pylist()]]
        for name in table.column_names
    }


def plain(file):
    with open(file, newline="") as handle:
        rows = list(csv.reader(handle))
    return {name: ["text", [row[at] for row in rows[1:]]] for at, name in enumerate(rows[0])}


READERS = {"npy": npy, "parquet": parquet, "csv": plain}
asked = json.load(sys.stdin)
print(json.dumps({file: READERS[kind](file) for kind, files in asked.items() for file in files}))

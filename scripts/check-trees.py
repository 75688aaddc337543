"""Holds the boosted trees against outside libraries, on files that test/fixtures/tree-files.ts wrote.

    python3 scripts/check-trees.py FOLDER

FOLDER has a folder per set of examples: settings.json, values.f32 (row-major), labels.u8, the first
`train` rows of which were trained on, and what Holdfast made of them: ours.f64 (class probabilities
of the other rows), xgboost.json and lightgbm.txt. Prints one JSON object: by set, the largest
difference between our probabilities and those that each library gives from the exported file, the
mean one-against-rest AUC of ours and of scikit-learn's HistGradientBoosting with the same settings
on the same rows, and the CPU seconds that its fit to all rows took. A library that is not there gives null.

Needs numpy; Debian: python3-xgboost python3-sklearn (LightGBM is not in Debian: pip).
"""
import json
import os
import resource
import sys

os.environ["OMP_NUM_THREADS"] = "1"
import numpy as np  # noqa: E402


def differences(folder, values, ours):
    found = {"xgboost": None, "lightgbm": None}
    try:
        import xgboost

        booster = xgboost.Booster()
        booster.load_model(os.path.join(folder, "xgboost.json"))
        theirs = booster.predict(xgboost.DMatrix(values, feature_names=booster.feature_names))
        found["xgboost"] = float(np.abs(theirs - ours).max())
    except ImportError:
        pass
    try:
        import lightgbm

        booster = lightgbm.Booster(model_file=os.path.join(folder, "lightgbm.txt"))
        theirs = booster.predict(values.astype(np.float64))
        found["lightgbm"] = float(np.abs(theirs - ours).max())
    except ImportError:
        pass
    return found


def areas(settings, values, labels, ours):
    try:
        from sklearn.ensemble import HistGradientBoostingClassifier
        from sklearn.metrics import roc_auc_score
    except ImportError:
        return {"auc": None, "sklearnAuc": None, "sklearnSeconds": None}
    train = settings["train"]
    model = HistGradientBoostingClassifier(
        max_iter=settings["rounds"],
        learning_rate=settings["rate"],
        max_leaf_nodes=settings["leaves"],
        max_depth=settings["depth"],
        max_bins=settings["bins"],
        l2_regularization=settings["shrinkage"],
        min_samples_leaf=1,
        early_stopping=False,
    )
    seconds = []
    for _ in range(settings["repeats"]):
        start = resource.getrusage(resource.RUSAGE_SELF).ru_utime
        model.fit(values, labels)
        seconds.append(resource.getrusage(resource.RUSAGE_SELF).ru_utime - start)
    model.fit(values[:train], labels[:train])
    theirs = np.zeros_like(ours)
    theirs[:, model.classes_] = model.predict_proba(values[train:])

    def area(chances):
        truth = labels[train:]
        each = [roc_auc_score(truth == label, chances[:, label]) for label in np.unique(truth)]
        return float(np.mean(each))

    return {"auc": area(ours), "sklearnAuc": area(theirs), "sklearnSeconds": min(seconds)}


def check(folder):
    def numbers(name, kind):
        return np.fromfile(os.path.join(folder, name), dtype=kind)

    with open(os.path.join(folder, "settings.json")) as file:
        settings = json.load(file)
    labels = numbers("labels.u8", np.uint8)
    values = numbers("values.f32", np.float32).reshape(len(labels), -1)
    ours = numbers("ours.f64", np.float64).reshape(-1, 3)
    return {
        **differences(folder, values[settings["train"] :], ours),
        **areas(settings, values, labels, ours),
    }


def main():
    root = sys.argv[1]
    sets = sorted(name for name in os.listdir(root) if os.path.isdir(os.path.join(root, name)))
    print(json.dumps({name: check(os.path.join(root, name)) for name in sets}))


main()

"""Writes the frozen oracle numbers. It calls Keras and scikit-learn only and cannot import what it is compared with.

    python tests/conformance/freeze.py [FOLDER [GROUP ...]]

Everything is computed in float64 on JAX. Each file names versions and seed.
"""

import json
import os
import sys
from pathlib import Path

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_ENABLE_X64"] = "1"
os.environ["JAX_PLATFORMS"] = "cpu"

import jax
import keras
import numpy as np
import sklearn
from sklearn import metrics as exact

assert "engine" not in sys.modules
keras.config.set_floatx("float64")
SEED = 20260101

LAYERS = [
    ("Dense", {"units": 3}, [(4,)]),
    ("Dense", {"units": 2, "activation": "relu", "use_bias": False}, [(5,)]),
    ("Dense", {"units": 3, "activation": "softmax"}, [(4,)]),
    ("Dense", {"units": 2, "activation": "tanh"}, [(3, 4)]),
    ("Activation", {"activation": "gelu"}, [(4,)]),
    ("ReLU", {}, [(6,)]),
    ("ReLU", {"max_value": 0.8, "negative_slope": 0.2, "threshold": 0.3}, [(9,)]),
    ("LeakyReLU", {}, [(6,)]),
    ("LeakyReLU", {"negative_slope": 0.05}, [(3, 2)]),
    ("ELU", {"alpha": 1.4}, [(6,)]),
    ("PReLU", {"alpha_initializer": "random_normal"}, [(6,)]),
    ("PReLU", {"alpha_initializer": "random_normal", "shared_axes": [1, 2]}, [(3, 3, 2)]),
    ("Softmax", {}, [(5,)]),
    ("Softmax", {"axis": 1}, [(3, 4)]),
    ("Dropout", {"rate": 0.5}, [(4,)]),
    ("GaussianNoise", {"stddev": 0.5}, [(4,)]),
    ("BatchNormalization", {}, [(4,)]),
    ("BatchNormalization", {"momentum": 0.7, "epsilon": 0.01, "scale": False}, [(3,)]),
    ("BatchNormalization", {"center": False}, [(4, 4, 2)]),
    ("BatchNormalization", {"axis": 1}, [(3, 4)]),
    ("LayerNormalization", {}, [(5,)]),
    ("LayerNormalization", {"axis": [1, 2], "epsilon": 0.01}, [(3, 4)]),
    ("LayerNormalization", {"center": False, "scale": False}, [(2, 5)]),
    ("Normalization", {"mean": [0.5, -1.0, 2.0], "variance": [1.0, 4.0, 0.25]}, [(3,)]),
    ("Normalization", {"mean": 0.5, "variance": 2.0, "invert": True}, [(3,)]),
    ("Rescaling", {"scale": 0.25, "offset": -1.0}, [(4,)]),
    ("Embedding", {"input_dim": 6, "output_dim": 3}, [(4,)]),
    ("Flatten", {}, [(2, 3, 2)]),
    ("Reshape", {"target_shape": [3, -1]}, [(12,)]),
    ("Add", {}, [(4,), (4,), (4,)]),
    ("Add", {}, [(3, 4), (3, 1)]),
    ("Subtract", {}, [(4,), (4,)]),
    ("Multiply", {}, [(4,), (4,), (4,)]),
    ("Average", {}, [(4,), (4,), (4,)]),
    ("Maximum", {}, [(4,), (4,)]),
    ("Minimum", {}, [(4,), (4,), (4,)]),
    ("Concatenate", {}, [(2,), (3,)]),
    ("Concatenate", {"axis": 1}, [(2, 3), (4, 3)]),
    ("Conv2D", {"filters": 2, "kernel_size": 3}, [(5, 6, 2)]),
    ("Conv2D", {"filters": 3, "kernel_size": [2, 3], "padding": "same", "activation": "relu"}, [(5, 4, 2)]),
    ("Conv2D", {"filters": 2, "kernel_size": 3, "strides": 2, "padding": "same", "use_bias": False}, [(7, 6, 1)]),
    ("Conv2D", {"filters": 2, "kernel_size": 2, "dilation_rate": 2}, [(5, 5, 1)]),
    ("Conv2D", {"filters": 4, "kernel_size": 3, "groups": 2}, [(4, 4, 4)]),
    ("MaxPooling2D", {}, [(4, 6, 2)]),
    ("MaxPooling2D", {"pool_size": 3, "strides": 2, "padding": "same"}, [(5, 6, 2)]),
    ("AveragePooling2D", {"pool_size": 2}, [(4, 6, 2)]),
    ("AveragePooling2D", {"pool_size": 3, "strides": 2, "padding": "same"}, [(5, 6, 2)]),
    ("GlobalAveragePooling2D", {}, [(3, 4, 2)]),
    ("GlobalAveragePooling2D", {"keepdims": True}, [(3, 4, 2)]),
    ("GlobalMaxPooling2D", {}, [(3, 4, 2)]),
]
TRAINED = ("Dropout", "GaussianNoise", "BatchNormalization")
ACTIVATIONS = [
    ("linear", {}),
    ("relu", {}),
    ("relu", {"negative_slope": 0.1, "max_value": 1.5, "threshold": 0.5}),
    ("relu6", {}),
    ("leaky_relu", {}),
    ("leaky_relu", {"negative_slope": 0.4}),
    ("sigmoid", {}),
    ("hard_sigmoid", {}),
    ("log_sigmoid", {}),
    ("tanh", {}),
    ("hard_tanh", {}),
    ("softmax", {}),
    ("log_softmax", {}),
    ("elu", {}),
    ("elu", {"alpha": 0.5}),
    ("celu", {"alpha": 1.3}),
    ("selu", {}),
    ("gelu", {}),
    ("gelu", {"approximate": True}),
    ("silu", {}),
    ("swish", {}),
    ("hard_silu", {}),
    ("mish", {}),
    ("softplus", {}),
    ("softsign", {}),
    ("exponential", {}),
    ("tanh_shrink", {}),
]
LOSSES = [
    ("MeanSquaredError", {}, "numbers"),
    ("MeanAbsoluteError", {}, "numbers"),
    ("Huber", {}, "numbers"),
    ("Huber", {"delta": 0.3}, "numbers"),
    ("MeanSquaredError", {"reduction": "sum"}, "numbers"),
    ("MeanSquaredError", {"reduction": None}, "images"),
    ("MeanAbsoluteError", {}, "images"),
    ("BinaryCrossentropy", {}, "yes"),
    ("BinaryCrossentropy", {"label_smoothing": 0.2}, "yes"),
    ("BinaryCrossentropy", {"from_logits": True}, "yes logits"),
    ("BinaryCrossentropy", {"from_logits": True, "label_smoothing": 0.1}, "yes logits"),
    ("BinaryCrossentropy", {}, "sure"),
    ("CategoricalCrossentropy", {}, "one-hot"),
    ("CategoricalCrossentropy", {"label_smoothing": 0.1}, "one-hot"),
    ("CategoricalCrossentropy", {"from_logits": True}, "one-hot logits"),
    ("CategoricalCrossentropy", {}, "one-hot unscaled"),
    ("CategoricalCrossentropy", {"from_logits": True, "label_smoothing": 0.3}, "one-hot logits"),
    ("SparseCategoricalCrossentropy", {}, "class"),
    ("SparseCategoricalCrossentropy", {}, "class column"),
    ("SparseCategoricalCrossentropy", {"from_logits": True}, "class logits"),
    ("SparseCategoricalCrossentropy", {"from_logits": True, "reduction": "sum"}, "class logits"),
]
METRICS = [
    ("Accuracy", {}, "classes"),
    ("BinaryAccuracy", {}, "yes"),
    ("BinaryAccuracy", {"threshold": 0.3}, "yes"),
    ("CategoricalAccuracy", {}, "one-hot"),
    ("SparseCategoricalAccuracy", {}, "class"),
    ("SparseCategoricalAccuracy", {}, "class column"),
    ("AUC", {}, "yes"),
    ("AUC", {"num_thresholds": 11}, "yes"),
    ("AUC", {"curve": "PR"}, "yes"),
    ("AUC", {"curve": "PR", "summation_method": "majoring"}, "yes"),
    ("AUC", {"summation_method": "minoring"}, "yes"),
    ("AUC", {"multi_label": True}, "one-hot"),
    ("AUC", {"from_logits": True}, "yes logits"),
    ("AUC", {}, "one-hot"),
    ("Precision", {}, "yes"),
    ("Recall", {}, "yes"),
    ("Precision", {"thresholds": 0.7}, "yes"),
    ("Recall", {"thresholds": [0.2, 0.5, 0.8]}, "yes"),
    ("Precision", {"class_id": 1}, "one-hot"),
    ("Recall", {"top_k": 2}, "one-hot"),
    ("Precision", {"top_k": 2, "class_id": 2}, "one-hot"),
    ("F1Score", {}, "one-hot"),
    ("F1Score", {"average": "macro"}, "one-hot"),
    ("F1Score", {"average": "micro", "threshold": 0.3}, "one-hot"),
    ("F1Score", {"average": "weighted"}, "one-hot"),
    ("F1Score", {"threshold": 0.5}, "yes"),
    ("MeanAbsoluteError", {}, "numbers"),
    ("MeanSquaredError", {}, "numbers"),
    ("RootMeanSquaredError", {}, "numbers"),
    ("RootMeanSquaredError", {}, "images"),
    ("R2Score", {}, "numbers"),
    ("R2Score", {"class_aggregation": "variance_weighted_average"}, "numbers"),
    ("R2Score", {"class_aggregation": None, "num_regressors": 2}, "numbers"),
]
OPTIMIZERS = [
    ("SGD", {}),
    ("SGD", {"learning_rate": 0.1, "momentum": 0.9}),
    ("SGD", {"momentum": 0.8, "nesterov": True}),
    ("SGD", {"weight_decay": 0.1, "momentum": 0.5}),
    ("SGD", {"clipvalue": 0.2}),
    ("SGD", {"clipnorm": 0.5}),
    ("SGD", {"global_clipnorm": 0.5}),
    ("RMSprop", {}),
    ("RMSprop", {"rho": 0.7, "momentum": 0.6}),
    ("RMSprop", {"centered": True, "epsilon": 1e-3}),
    ("Adam", {}),
    ("Adam", {"amsgrad": True, "learning_rate": 0.1}),
    ("Adam", {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-3, "weight_decay": 0.05}),
    ("Adam", {"clipnorm": 0.3}),
    ("AdamW", {}),
    ("AdamW", {"weight_decay": 0.2, "learning_rate": 0.05, "global_clipnorm": 1.0}),
]
PENALTIES = [("L1", {"l1": 0.1}), ("L2", {}), ("L1L2", {"l1": 0.02, "l2": 0.3})]
CONSTRAINTS = [
    ("MaxNorm", {"max_value": 0.8}),
    ("MaxNorm", {"max_value": 0.8, "axis": [0, 1]}),
    ("NonNeg", {}),
    ("UnitNorm", {}),
    ("UnitNorm", {"axis": 1}),
    ("MinMaxNorm", {"min_value": 0.5, "max_value": 0.9, "rate": 0.7}),
]
CALLBACKS = [
    ("EarlyStopping", {}),
    ("EarlyStopping", {"patience": 2, "restore_best_weights": True}),
    ("EarlyStopping", {"patience": 1, "min_delta": 0.05}),
    ("EarlyStopping", {"patience": 3, "start_from_epoch": 3}),
    ("EarlyStopping", {"patience": 2, "baseline": 0.5}),
    ("EarlyStopping", {"patience": 2, "mode": "max"}),
    ("EarlyStopping", {"patience": 1, "baseline": 0.01, "restore_best_weights": True}),
    ("ReduceLROnPlateau", {"patience": 2}),
    ("ReduceLROnPlateau", {"patience": 1, "factor": 0.5, "cooldown": 2}),
    ("ReduceLROnPlateau", {"patience": 1, "min_lr": 0.004, "min_delta": 0.05}),
    ("ReduceLROnPlateau", {"patience": 0}),
]
PATHS = {
    "wavy": [1.0, 0.8, 0.7, 0.72, 0.71, 0.6, 0.61, 0.62, 0.63, 0.59, 0.6, 0.7],
    "falling": [1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4],
    "flat": [0.5] * 9,
}


def plain(x):
    """Return nested lists of an array or number, to 13 digits."""
    if isinstance(x, list):
        return [plain(v) for v in x]
    return (
        float(f"{x:.13g}")
        if isinstance(x, float)
        else x
        if isinstance(x, int | bool)
        else plain(np.asarray(x).tolist())
    )


def weights_of(layer, rng):
    """Give a built layer weights that are far from their start, and return them."""
    new = [rng.normal(0.3, 0.5, w.shape) for w in layer.weights]
    new = [np.abs(v) + 0.1 if "variance" in w.name else v for v, w in zip(new, layer.weights, strict=True)]
    layer.set_weights(new)
    return new


def layer_case(name, settings, shapes, training, rng):
    layer = getattr(keras.layers, name)(**settings)
    inputs = [rng.normal(size=(5, *s)) for s in shapes]
    if name == "Embedding":
        inputs = [rng.integers(0, settings["input_dim"], (5, *shapes[0]))]
    given = inputs if len(inputs) > 1 else inputs[0]
    layer.build([x.shape for x in inputs] if len(inputs) > 1 else inputs[0].shape)
    weights = weights_of(layer, rng)
    trained = [v.value for v in layer.trainable_variables]
    rest = [v.value for v in layer.non_trainable_variables]
    mode = {"training": training} if name in TRAINED else {}
    out, after = layer.stateless_call(trained, rest, given, **mode)
    seed = rng.normal(size=out.shape)

    def total(t, x):
        return (layer.stateless_call(t, rest, x if len(x) > 1 else x[0], **mode)[0] * seed).sum()

    of_weights = jax.grad(total, 0)(trained, [jax.numpy.asarray(x) for x in inputs])
    floats = name != "Embedding"
    of_inputs = jax.grad(total, 1)(trained, [jax.numpy.asarray(x) for x in inputs]) if floats else []
    state = [v for v, w in zip(after, layer.non_trainable_variables, strict=True) if "seed" not in w.path]
    return {
        "name": name, "settings": settings, "training": training, "inputs": [plain(x) for x in inputs],
        "weights": [plain(w) for w in weights], "output": plain(out), "seed": plain(seed),
        "input_gradients": [plain(g) for g in of_inputs], "weight_gradients": [plain(g) for g in of_weights],
        "state": [plain(v) for v in state],
    }  # fmt: skip


def layers(rng):
    cases = []
    for name, settings, shapes in LAYERS:
        cases.append(layer_case(name, settings, shapes, False, rng))
        if name == "BatchNormalization":
            cases.append(layer_case(name, settings, shapes, True, rng))
    return cases


def activations(rng):
    x = np.concatenate([np.linspace(-4, 4, 16).reshape(2, 8), rng.normal(0, 3, (2, 8))])
    cases = []
    for name, settings in ACTIVATIONS:
        function = getattr(keras.activations, name)
        seed = rng.normal(size=x.shape)

        def total(v, function=function, settings=settings, seed=seed):
            return (function(v, **settings) * seed).sum()

        case = {
            "name": name,
            "settings": settings,
            "x": plain(x),
            "y": plain(function(jax.numpy.asarray(x), **settings)),
        }
        cases.append(case | {"seed": plain(seed), "gradient": plain(jax.grad(total)(jax.numpy.asarray(x)))})
    return cases


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def pair(kind, rng, rows=7):
    """Return (truth, prediction) of a kind."""
    raw = rng.normal(size=(rows, 4))
    labels = rng.integers(0, 4, rows)
    labels[:4] = np.arange(4)
    one_hot = np.eye(4)[labels]
    yes = rng.integers(0, 2, (rows, 1)).astype(float)
    yes[:2] = [[0.0], [1.0]]
    yes_raw = rng.normal(size=(rows, 1)) + yes
    pairs = {
        "numbers": (rng.normal(size=(rows, 3)), rng.normal(size=(rows, 3))),
        "images": (rng.normal(size=(rows, 2, 3)), rng.normal(size=(rows, 2, 3))),
        "yes": (yes, 1 / (1 + np.exp(-yes_raw))),
        "yes logits": (yes, yes_raw),
        "sure": (np.array([[1.0], [0.0], [1.0]]), np.array([[1.0], [0.0], [0.0]])),
        "one-hot": (one_hot, softmax(raw)),
        "one-hot unscaled": (one_hot, np.abs(raw)),
        "one-hot logits": (one_hot, raw),
        "class": (labels, softmax(raw)),
        "class column": (labels[:, None], softmax(raw)),
        "class logits": (labels, raw),
        "classes": (labels, rng.integers(0, 4, rows)),
    }
    return pairs[kind]


def losses(rng):
    cases = []
    for name, settings, kind in LOSSES:
        y, p = pair(kind, rng)
        weight = rng.uniform(0.2, 2, (len(y),) + (1,) * (y.ndim - 2))
        loss = getattr(keras.losses, name)(**settings)
        gradient = jax.grad(lambda v, y=y, loss=loss: jax.numpy.sum(loss(y, v)))(jax.numpy.asarray(p))
        case = {"name": name, "settings": settings, "kind": kind, "y_true": plain(y), "y_pred": plain(p)}
        case |= {"loss": plain(loss(y, p)), "gradient": plain(gradient), "weight": plain(weight)}
        cases.append(case | {"weighted": plain(loss(y, p, weight))})
    return cases


def metrics(rng):
    cases = []
    for name, settings, kind in METRICS:
        metric, weighted = (getattr(keras.metrics, name)(**settings) for _ in range(2))
        batches = []
        for _ in range(3):
            y, p = pair(kind, rng, 9)
            weight = rng.uniform(0.2, 2, (len(y),) + (1,) * (y.ndim - 2))
            metric.update_state(y, p)
            weighted.update_state(y, p, weight)
            batches.append({"y_true": plain(y), "y_pred": plain(p), "weight": plain(weight)})
        case = {"name": name, "settings": settings, "kind": kind, "batches": batches, "result": plain(metric.result())}
        cases.append(case | {"weighted": plain(weighted.result())})
    return cases


def optimizers(rng):
    cases = []
    for name, settings in OPTIMIZERS:
        optimizer = getattr(keras.optimizers, name)(**settings)
        start = [rng.normal(size=s) for s in ((3, 2), (4,))]
        variables = [keras.Variable(v) for v in start]
        gradients = [[rng.normal(size=v.shape) for v in start] for _ in range(7)]
        path = []
        for step, gradient in enumerate(gradients):
            if step == 4:
                optimizer.learning_rate = float(settings.get("learning_rate", 0.01)) / 2
            optimizer.apply([jax.numpy.asarray(g) for g in gradient], variables)
            path.append([plain(v.value) for v in variables])
        case = {"name": name, "settings": settings, "start": [plain(v) for v in start], "path": path, "changed_at": 4}
        case["changed_to"] = float(settings.get("learning_rate", 0.01)) / 2
        cases.append(case | {"gradients": [[plain(g) for g in step] for step in gradients]})
    return cases


def weights(rng):
    w = rng.normal(size=(4, 3))
    penalties = [
        {
            "kind": "regularizers",
            "name": n,
            "settings": s,
            "w": plain(w),
            "result": plain(getattr(keras.regularizers, n)(**s)(w)),
        }
        for n, s in PENALTIES
    ]
    limits = [
        {
            "kind": "constraints",
            "name": n,
            "settings": s,
            "w": plain(w),
            "result": plain(getattr(keras.constraints, n)(**s)(w)),
        }
        for n, s in CONSTRAINTS
    ]
    return penalties + limits


class FakeModel:
    """What Keras' callbacks touch: the weights are the number of the epoch."""

    def __init__(self):
        self.stop_training, self.metrics, self.epoch = False, [], -1
        self.optimizer = keras.optimizers.SGD(0.1)
        self.restored = None

    def get_weights(self):
        return [self.epoch]

    def set_weights(self, weights):
        self.restored = weights[0]


def callbacks(rng):
    cases = []
    for name, settings in CALLBACKS:
        for path, values in PATHS.items():
            model, callback = FakeModel(), getattr(keras.callbacks, name)(**settings)
            callback.set_model(model)
            callback.on_train_begin()
            rates = []
            for epoch, value in enumerate(values):
                model.epoch = epoch
                callback.on_epoch_end(epoch, {"loss": 1.0, "val_loss": value})
                rates.append(float(model.optimizer.learning_rate))
                if model.stop_training:
                    break
            callback.on_train_end()
            case = {"name": name, "settings": settings, "path": path, "values": values, "epochs": len(rates)}
            cases.append(case | {"rates": rates, "restored": model.restored, "stopped": model.stop_training})
    return cases


def reported(rng):
    """Figures of scikit-learn."""
    cases = []
    for rows in (12, 40, 200):
        truth = rng.integers(0, 2, rows)
        scores = np.round(1 / (1 + np.exp(-rng.normal(size=rows) - truth)), 2)
        labels = rng.integers(0, 4, rows)
        labels[:4] = np.arange(4)
        raw = rng.normal(size=(rows, 4))
        raw[np.arange(rows), labels] += 1
        chances = softmax(raw)
        guess, numbers = chances.argmax(1), rng.normal(size=rows)
        answers = numbers + rng.normal(0, 0.5, rows)
        fpr, tpr, _ = exact.roc_curve(truth, scores, drop_intermediate=False)
        precision, recall, _ = exact.precision_recall_curve(truth, scores)
        yes = (scores > 0.5).astype(int)
        case = {"truth": plain(truth), "scores": plain(scores), "labels": plain(labels), "chances": plain(chances)}
        case |= {"numbers": plain(numbers), "answers": plain(answers), "roc_auc": exact.roc_auc_score(truth, scores)}
        case |= {"roc": [plain(fpr), plain(tpr)], "pr": [plain(recall), plain(precision)]}
        case |= {"precision": exact.precision_score(truth, yes), "recall": exact.recall_score(truth, yes)}
        case |= {"f1": exact.f1_score(truth, yes), "f1_macro": exact.f1_score(labels, guess, average="macro")}
        case |= {"auc_macro": exact.roc_auc_score(labels, chances, multi_class="ovr", average="macro")}
        case |= {
            "confusion": plain(exact.confusion_matrix(labels, guess)),
            "accuracy": exact.accuracy_score(labels, guess),
        }
        case |= {"r2": exact.r2_score(numbers, answers), "mae": exact.mean_absolute_error(numbers, answers)}
        cases.append(case | {"rmse": float(np.sqrt(exact.mean_squared_error(numbers, answers)))})
    return cases


GROUPS = (layers, activations, losses, metrics, optimizers, weights, callbacks, reported)


def main(folder: Path) -> None:
    """Write one file per group."""
    versions = {"keras": keras.__version__, "jax": jax.__version__, "scikit-learn": sklearn.__version__}
    folder.mkdir(parents=True, exist_ok=True)
    for number, group in enumerate(GROUPS):
        if len(sys.argv) > 2 and group.__name__ not in sys.argv[2:]:
            continue
        cases = group(np.random.default_rng([SEED, number]))
        lines = ",\n".join(json.dumps(case) for case in cases)
        head = json.dumps({"versions": versions, "seed": SEED})[:-1]
        (folder / f"{group.__name__}.json").write_text(f'{head}, "cases": [\n{lines}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "frozen")

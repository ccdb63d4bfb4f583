"""Ops: functions that make graph values. Python numbers are accepted wherever an elementwise op takes a value.

Layers, losses, metrics and optimizers are written in these; each op is one record (`engine.ir.Op`) that says what it
means, its shape, its derivative and its code.
"""

from engine.ops.convolution import avg_pool2d, conv2d, max_pool2d
from engine.ops.elementwise import (
    abs,
    add,
    cast,
    clip,
    div,
    equal,
    exp,
    expm1,
    greater,
    greater_equal,
    less,
    less_equal,
    log,
    log1p,
    logical_and,
    logical_not,
    logical_or,
    maximum,
    minimum,
    mul,
    neg,
    not_equal,
    power,
    reciprocal,
    sign,
    sqrt,
    square,
    sub,
    tanh,
    where,
)
from engine.ops.indexing import one_hot, pick, take
from engine.ops.leaves import constant, input
from engine.ops.linalg import matmul
from engine.ops.nonlinear import erf, relu, sigmoid, softplus
from engine.ops.probability import binary_crossentropy, crossentropy, log_softmax, softmax, sparse_crossentropy
from engine.ops.random import dropout_mask, random_normal
from engine.ops.reduction import argmax, max, mean, min, sum
from engine.ops.shape import broadcast_to, concat, pad, reshape, slice, transpose

__all__ = [
    "abs", "add", "argmax", "avg_pool2d", "binary_crossentropy", "broadcast_to", "cast", "clip", "concat",
    "constant", "conv2d", "crossentropy", "div", "dropout_mask", "equal", "erf", "exp", "expm1", "greater",
    "greater_equal", "input", "less", "less_equal", "log", "log1p", "log_softmax", "logical_and", "logical_not",
    "logical_or", "matmul", "max", "max_pool2d", "maximum", "mean", "min", "minimum", "mul", "neg", "not_equal",
    "one_hot", "pad", "pick", "power", "random_normal", "reciprocal", "relu", "reshape", "sigmoid", "sign", "slice",
    "softmax", "softplus", "sparse_crossentropy", "sqrt", "square", "sub", "sum", "take", "tanh", "transpose",
    "where",
]  # fmt: skip

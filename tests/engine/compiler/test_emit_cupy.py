"""The CuPy emitter covers every op; its programs are readable text that is known to the letter."""

import ast
import itertools

import numpy as np
import pytest

from engine.backend import cuda
from engine.compiler import emit_cupy
from engine.compiler.pipeline import compile
from engine.ir.op import OPS
from tests.golden.cupy import write
from tests.gpu import networks, op_samples, standin

EXACT = {"dropout_mask", "one_hot", "argmax", "take", "pick", "concat", "pad", "slice", "reshape", "transpose"}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("op", "sample"), [pytest.param(o, s, id=i) for i, o, s in op_samples.SAMPLES])
def test_every_op_computes_its_meaning(op, sample, dtype):
    value, feed = op_samples.drawn(op, sample, dtype)
    found, want = op_samples.run(standin, value, feed), op_samples.meaning(value, feed)
    assert found.dtype == value.dtype
    tolerance = 0 if op.name in EXACT else 2e-6 if dtype == "float32" else 1e-12
    np.testing.assert_allclose(found, want, rtol=tolerance, atol=tolerance)


def test_every_op_has_a_sample_here():
    assert {op.name for _, op, _ in op_samples.SAMPLES} == {op.name for op in op_samples.RECORDS}


def test_every_op_has_a_way_to_the_gpu():
    for op in OPS.values():
        fusible = op.fusion == "elementwise" and op.typed
        assert fusible or op.fusion in ("leaf", "view") or op.expand or op.name in emit_cupy.LINES, op.name


@pytest.mark.parametrize(("name", "given"), [("relu", (np.nan, -1.0, 2.0)), ("sign", (np.nan, -0.5, 0.0))])
def test_what_is_not_a_number_stays_so_in_relu(name, given):
    value, feed = op_samples.drawn(OPS[name], OPS[name].samples[0], "float32")
    (leaf,) = feed
    feed[leaf] = np.resize(np.array(given, np.float32), leaf.shape)
    found = op_samples.run(standin, value, feed)
    assert np.isnan(found[0, 0]) == (name == "relu")
    np.testing.assert_array_equal(found[0, 1:3], np.array([[0.0, 2.0], [-1.0, 0.0]][name == "sign"], np.float32))


@pytest.mark.parametrize(("name", "swap"), list(itertools.product(["maximum", "minimum"], [False, True])))
def test_extremes_keep_what_is_not_a_number(name, swap):
    value, feed = op_samples.drawn(OPS[name], OPS[name].samples[0], "float32")
    leaf = list(feed)[swap]
    feed[leaf][...] = np.nan
    assert np.isnan(op_samples.run(standin, value, feed)).all()


def test_literals_have_the_type_of_their_value():
    found = [cuda.number(v, "float32") for v in (1, 0.5, -2.0, 1e-7, np.inf, -np.inf)]
    assert found == ["1.0f", "0.5f", "(-2.0f)", "1e-07f", "(1.0f / 0.0f)", "(-1.0f / 0.0f)"]
    assert [cuda.number(0.1, "float64"), cuda.number(True, "bool"), cuda.number(3, "int32")] == ["0.1", "true", "3"]
    assert cuda.number(1 << 40, "int64") == "1099511627776LL"


# ---- whole programs --------------------------------------------------------------------------------------------------
def program(name, mode, rows=16, **settings):
    from engine import Sequential

    stack, loss, optimizer = networks.CASES[name][:3]
    model = Sequential(stack(), seed=3)
    model.compile(optimizer, loss)
    return compile(model.definition, mode, rows, device="gpu", **settings)


@pytest.mark.parametrize("name", write.NAMES)
def test_program_text_is_the_golden_one(name):
    assert write.text(name) == (write.HERE / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", networks.CASES)
@pytest.mark.parametrize("mode", ["train", "test", "predict"])
def test_lines_name_layers_and_the_text_holds_no_other_names(name, mode):
    made = program(name, mode)
    tree = ast.parse(made.source)
    assert {type(node).__name__ for node in tree.body} <= {"Assign", "FunctionDef"}
    assert {e.node for e in made.lowered.layout.entries} <= set(made.lines.values())
    text = made.source.splitlines()
    headings = {line: node for line, node in made.lines.items() if text[line - 1].startswith("    # ")}
    assert headings
    assert all(text[line - 1] == f"    # {made.lowered.names[node]}" for line, node in headings.items())
    assert len(made.plan.parts) == 1
    assert made.plan.peak_bytes >= max(b.offset + b.nbytes for b in made.plan.buffers)


def test_the_optimizer_is_one_kernel_over_the_flat_vector():
    text = program("classes", "train").source
    body = text[text.index("def update(") :].strip().splitlines()
    assert sum("gpu_" in line for line in body) == 1


def test_equal_kernels_are_written_once():
    text = program("image", "train").source
    bodies = [part.split('"""')[1] + part.split('"""')[0].split("(")[1] for part in text.split("\n\n") if '"""' in part]
    assert len(set(bodies)) == len(bodies) > 5


def test_a_kernel_with_too_many_inputs_is_cut():
    from engine import ops
    from engine.compiler.fuse import MOST_INPUTS, groups
    from engine.ir.graph import Graph

    leaves = [ops.input(f"w{i}", (3,), "float32", "weight") for i in range(2 * MOST_INPUTS)]
    total = leaves[0]
    for value in leaves[1:]:
        total = ops.add(total, value)
    found = groups(Graph({str(v.params["name"]): v for v in leaves}, {"y": total}))
    assert max(len(g.inputs) for g in found) <= MOST_INPUTS
    assert sum(len(g.values) for g in found) == len(leaves) - 1

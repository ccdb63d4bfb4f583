"""Plans: pure, shared memory, no two living values in one place; the program around them."""

import gc
import linecache
import threading
import traceback

import numpy as np
import pytest

from engine import registry
from engine.compiler import plan as planning
from engine.compiler.definition import Definition
from engine.compiler.pipeline import PROGRAMS, ProgramCache, compile
from engine.errors import ModelError


def L(name, *args, **more):
    return registry.named("layer", name)(*args, **more)


@pytest.fixture
def mlp(define):
    layers = [L("Input", (6,)), L("Dense", 16, "relu"), L("Dropout", 0.3), L("Dense", 8, "tanh"), L("Dense", 2)]
    return define(layers, optimizer="adam", dtype="float32")


def test_buffers_that_live_together_lie_apart(mlp):
    buffers = compile(mlp, "train", 64).plan.buffers
    assert buffers
    for a in buffers:
        for b in buffers:
            together = a.name < b.name and a.first <= b.last and b.first <= a.last
            assert not together or a.offset + a.nbytes <= b.offset or b.offset + b.nbytes <= a.offset


def test_memory_is_shared_between_values(mlp):
    plan = compile(mlp, "train", 64).plan
    assert plan.peak_bytes < sum(b.nbytes for b in plan.buffers)
    assert all(b.offset % planning.ALIGN == 0 for b in plan.buffers)


def test_the_same_definition_gives_the_same_plan_and_text(mlp):
    first, second = (compile(mlp, "train", 64, cores=2) for _ in range(2))
    assert first.plan == second.plan
    assert first.source == second.source
    assert first.text == second.text


def test_large_work_is_split_and_small_is_not(define):
    large = define([L("Input", (100,)), L("Dense", 512), L("Dense", 512), L("Dense", 1)])
    assert compile(large, "train", 512, cores=2).plan.shards == 2
    assert compile(large, "train", 512, cores=1).plan.shards == 1
    small = compile(large, "train", 8, cores=2).plan
    assert small.shards == 1
    assert "too small" in small.why


def test_every_line_has_its_node(mlp):
    program = compile(mlp, "train", 16)
    lines = program.source.splitlines()
    for number, node in program.lines.items():
        for name, ident in (("dense_1_kernel,", "n2"), ("fill_dropout_mask", "n3"), ("dense_2_bias,", "n4")):
            if name in lines[number - 1] and "def " not in lines[number - 1]:
                assert node == ident
    assert {"n1", "n2", "n3", "n4", "n5"} <= set(program.lines.values())


def test_text_holds_no_names_from_people(define):
    from engine.network.network import Network

    net, a = Network().add(L("Input", (3,)), name="os_system")
    net, b = net.add(L("Dense", 2), name="evil_name", note="'''; import os")
    program = compile(define(net.wire(a.id, b.id).with_outputs(b.id)), "train", 4)
    assert not any(word in program.source + program.text for word in ("os_system", "evil", "import"))


def test_a_traceback_shows_the_generated_line(mlp, prepare):
    program, made = compile(mlp, "predict", 4), prepare(mlp, 4)
    wrong = (np.zeros((4, 7), np.float32),)
    with pytest.raises(ValueError) as caught:
        program.predict(made.parameters, wrong, slice(0, 4))
    text = "".join(traceback.format_exception(caught.value))
    assert "gather(data[0], index, x0)" in text


def test_the_source_leaves_linecache_with_the_program(mlp):
    program = compile(mlp, "predict", 3)
    name = next(n for n, entry in linecache.cache.items() if len(entry) == 4 and "".join(entry[2]) == program.source)
    del program
    gc.collect()
    assert name not in linecache.cache


def test_the_same_seed_gives_the_same_bits(mlp, prepare):
    made = prepare(mlp, 100)
    results = []
    for seed in (5, 5, 6):
        own, totals = made.parameters.copy(), np.zeros(3)
        program = compile(mlp, "train", 20, cores=2)
        for step in range(5):
            index = slice(step * 20, step * 20 + 20)
            program.step(own, made.data, made.targets, None, index, seed, own.iterations, 0.01, totals)
        results.append(own.flat)
    np.testing.assert_array_equal(results[0], results[1])
    assert not np.array_equal(results[0], results[2])


def test_predicting_any_number_of_rows_needs_little_memory_and_few_programs(mlp, prepare):
    made, cache = prepare(mlp, 300), ProgramCache()
    (want,) = compile(mlp, "predict", 300).predict(made.parameters, made.data, slice(0, 300))
    for rows in range(1, 301):
        start = 0
        while start < rows:
            size = 1 << ((rows - start).bit_length() - 1)
            program = cache.get(mlp, "predict", size)
            (found,) = program.predict(made.parameters, made.data, slice(start, start + size))
            np.testing.assert_allclose(found, want[start : start + size], rtol=1e-5, atol=1e-6)
            start += size
        assert len(cache) <= PROGRAMS
        assert cache.arena.memory.size <= compile(mlp, "predict", 256).plan.peak_bytes


def test_programs_share_one_arena_and_follow_it_when_it_grows(mlp, prepare):
    made, cache = prepare(mlp, 64), ProgramCache()
    small = cache.get(mlp, "predict", 2)
    (before,) = small.predict(made.parameters, made.data, slice(0, 2))
    cache.get(mlp, "train", 64).step(
        made.parameters, made.data, made.targets, None, slice(0, 64), 0, 0, 0.0, np.zeros(3)
    )
    (after,) = small.predict(made.parameters, made.data, slice(0, 2))
    np.testing.assert_array_equal(before, after)
    assert cache.get(mlp, "predict", 2) is small


def test_a_program_serves_any_parameters(mlp, prepare):
    program, first, second = compile(mlp, "predict", 4), prepare(mlp, 4, seed=1), prepare(mlp, 4, seed=2)
    a = program.predict(first.parameters, first.data, slice(0, 4))[0]
    b = program.predict(second.parameters, first.data, slice(0, 4))[0]
    assert not np.allclose(a, b)
    np.testing.assert_array_equal(program.predict(first.parameters, first.data, slice(0, 4))[0], a)


def test_a_failure_in_a_thread_is_raised_and_the_team_goes_on():
    from engine.backend.workers import team

    seen = []
    with pytest.raises(ZeroDivisionError):
        team(2).run([lambda: seen.append(threading.get_ident()), lambda: 1 / 0])
    team(2).run([lambda: seen.append(1), lambda: seen.append(2)])
    assert sorted(seen[1:]) == [1, 2]


def test_training_needs_a_loss_and_an_optimizer(mlp):
    with pytest.raises(ModelError, match="needs a loss"):
        compile(Definition(mlp.network), "train", 4)
    with pytest.raises(ModelError, match="needs an optimizer"):
        compile(Definition(mlp.network, mlp.outputs), "train", 4)

"""Random bits are keyed by seed, purpose, node, step and row, and by nothing else."""

import threading

import numpy as np
import pytest

from engine.backend.random import dropout_mask, fill_dropout_mask, random_bytes, random_normal, stream_id

KEY = stream_id("dropout", "n3")


@pytest.mark.parametrize("draw", [lambda *a: dropout_mask(*a, 0.3), random_normal])
def test_a_part_draws_what_the_whole_draws(draw):
    whole = draw(7, KEY, 11, 0, (20, 3, 5))
    np.testing.assert_array_equal(draw(7, KEY, 11, 13, (7, 3, 5)), whole[13:])


@pytest.mark.parametrize(("seed", "step", "row"), [(0, 0, 0), (-5, 77, 19), (2**64 - 1, 2**40, 1000)])
def test_the_bits_are_those_of_a_new_philox_in_every_thread(seed, step, row):
    bits = np.random.Philox(key=(seed & (2**64 - 1)) | KEY << 64, counter=row * 2 + (step << 64))
    expected = bits.random_raw(3 * 8).view(np.uint8).reshape(3, 64)
    found = []

    def draw():
        random_bytes(1, 2, 3, 4, 5, 6)
        found.append(random_bytes(seed, KEY, step, row, 3, 40))

    threads = [threading.Thread(target=draw) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    draw()
    assert len(found) == 4
    for drawn in found:
        np.testing.assert_array_equal(drawn, expected)


OTHERS = [
    (8, KEY, 11),
    (7, stream_id("noise", "n3"), 11),
    (7, stream_id("dropout", "n4"), 11),
    (7, KEY, 12),
]


@pytest.mark.parametrize("change", OTHERS)
def test_another_key_draws_other_bits(change):
    assert not np.array_equal(random_normal(*change, 0, (50,)), random_normal(7, KEY, 11, 0, (50,)))


@pytest.mark.parametrize("rate", [0.05, 0.2, 0.5, 0.9])
def test_a_dropout_mask_has_the_rate_and_keeps_the_mean(rate):
    mask = dropout_mask(0, KEY, 0, 0, (1000, 200), rate)
    assert (mask == 0).mean() == pytest.approx(rate, abs=4e-3)
    assert set(np.unique(mask)) == {0.0, np.float32(1 / (1 - rate))}
    assert mask.mean() == pytest.approx(1, abs=0.03)


def test_the_mask_is_the_same_when_it_is_written_in_place():
    out = np.empty((9, 4, 2), np.float32)
    fill_dropout_mask(out, 0.4, 3, KEY, 5, 6)
    np.testing.assert_array_equal(out, dropout_mask(3, KEY, 5, 6, (9, 4, 2), 0.4))


def test_normal_numbers_are_standard():
    draws = random_normal(1, KEY, 0, 0, (2000, 50))
    assert draws.mean() == pytest.approx(0, abs=0.02)
    assert draws.std() == pytest.approx(1, abs=0.02)


def test_seeds_of_any_size_are_taken():
    assert dropout_mask(-1, KEY, 0, 0, (2, 2), 0.5).shape == (2, 2)
    assert dropout_mask(2**63, KEY, 2**40, 0, (2, 2), 0.5).shape == (2, 2)

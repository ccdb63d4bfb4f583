"""History: rows per epoch, a loss per batch, Keras' view of them."""

from engine.training.history import History


def test_rows_and_the_view_of_keras():
    history = History()
    history.add({"epoch": 0, "loss": 2.0, "val_loss": 3.0, "learning_rate": 0.1, "seconds": 1.0})
    history.add({"epoch": 1, "loss": 1.0, "val_loss": 4.0, "learning_rate": 0.1, "seconds": 1.0})
    assert history.history == {"loss": [2.0, 1.0], "val_loss": [3.0, 4.0]}
    assert history.epoch == [0, 1]
    assert history.best == (0, 3.0)
    assert History([{"epoch": 4, "loss": 1.0}, {"epoch": 5, "loss": 0.5}]).best == (5, 0.5)
    assert History().best is None


def test_batch_losses_grow_and_come_back():
    history = History()
    for loss in range(3000):
        history.note(loss)
    history.forget(1)
    assert history.batch_losses.tolist() == list(range(2999))
    other = History()
    other.restore(history.rows, history.batch_losses)
    other.note(7)
    assert other.batch_losses.tolist() == [*range(2999), 7]
    assert len(history.batch_losses) == 2999

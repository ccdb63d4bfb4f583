"""`Metric`: what people make and feed batch by batch."""

from typing import Any, ClassVar, Self

from engine.metrics.spec import MetricSpec
from engine.ops.eager import array
from engine.specs import snake


class Metric:
    """A record in use, with a state: update_state, result, reset_state as in Keras. Calling it does the first two."""

    SPEC: ClassVar[type[MetricSpec]]
    spec: MetricSpec

    def __init__(self, *args: Any, **settings: Any) -> None:
        self._begin(self.SPEC(*args, **settings))

    @classmethod
    def of(cls, spec: MetricSpec) -> Self:
        """Return a handle of a record."""
        made = cls.__new__(cls)
        made._begin(spec)
        return made

    def _begin(self, spec: MetricSpec) -> None:
        self.spec, self._state = spec, spec.start()
        self.name: str = getattr(spec, "name", None) or snake(type(spec).KERAS)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add rows. sample_weight: (rows,)."""
        self._state = self.spec.update(self._state, array(y_true), array(y_pred), sample_weight)

    def result(self) -> Any:
        """Return the metric of all rows so far."""
        return self.spec.result(self._state)

    def reset_state(self) -> None:
        """Forget all rows."""
        self._state = self.spec.start()

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        self.update_state(y_true, y_pred, sample_weight)
        return self.result()

    def get_config(self) -> dict[str, Any]:
        """Return name and settings."""
        return {k: v for k, v in self.spec.get_config().items() if k != "id"} | {"name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Return the metric of `get_config`, without its rows."""
        return cls(**config)


_MADE: dict[type[MetricSpec], type[Metric]] = {}


def handle(record: type[MetricSpec]) -> type[Metric]:
    """Return the class people use for a record."""
    if record not in _MADE:
        _MADE[record] = type(record.KERAS, (Metric,), {"SPEC": record, "__doc__": record.__doc__})
    return _MADE[record]

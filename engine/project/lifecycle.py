"""From a table to a trained, measured network: the one way that command line and studio share.

project = new_project("iris.csv", "species")
table = open_table(project)
project = suggest(project, table)
prepared = prepare(project, table)
fitting = start(project, prepared)
for report in fitting: ...
run = store.add(fitting.run())
evaluate(run, project, prepared).metrics
"""

from engine.project.datafile import MovedDataError
from engine.project.evaluation import Evaluation, evaluate
from engine.project.fitting import Fitting, start
from engine.project.hashes import changed_stages, stage_hash
from engine.project.prediction import Predictions, predict
from engine.project.prepare import (
    Prepared,
    check,
    new_project,
    open_table,
    prepare,
    read_table,
    with_data,
    with_target,
)
from engine.project.runs import Run, RunStore
from engine.project.suggest import suggest, with_seed, with_wishes

__all__ = [
    "Evaluation", "Fitting", "MovedDataError", "Predictions", "Prepared", "Run", "RunStore", "changed_stages", "check",
    "evaluate", "new_project", "open_table", "predict", "prepare", "read_table", "stage_hash", "start", "suggest",
    "with_data", "with_seed", "with_target", "with_wishes",
]  # fmt: skip

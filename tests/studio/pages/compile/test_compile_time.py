"""What "Compiled in" counts: building the programs, in a studio that has compiled nothing before."""

import subprocess
import sys

FIRST = """
import sys, time, types
from engine.project import lifecycle
from studio.document.templates import sample_path, samples
from studio.pages.compile import compiled
sample = next(s for s in samples() if s.id == "penguins")
project = lifecycle.new_project(sample_path(sample), sample.target)
table = lifecycle.open_table(project)
project = lifecycle.suggest(project, table)
prepared = lifecycle.prepare(project, table)
readings = []
def clock():
    readings.append((time.perf_counter(), set(sys.modules)))
    return readings[-1][0]
compiled.time = types.SimpleNamespace(perf_counter=clock)
made = compiled.compile_project(project, prepared)
(began, before), (ended, after) = readings
assert made.seconds == ended - began > 0
print(*sorted(after - before))
"""


def test_loading_the_compiler_is_no_part_of_compiling() -> None:
    done = subprocess.run([sys.executable, "-c", FIRST], capture_output=True, text=True, timeout=120, check=False)
    assert (done.stdout.strip(), done.returncode) == ("", 0), done.stderr

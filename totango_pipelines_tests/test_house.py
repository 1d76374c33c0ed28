"""The house rules that no linter knows."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGE = REPOSITORY / "totango_pipelines"
MODULES = sorted(PACKAGE.rglob("*.py"))
BUCKETS = {"utils", "util", "helpers", "helper", "common", "shared", "misc", "tools"}


def named(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


@pytest.mark.parametrize("module", MODULES, ids=named)
def test_a_module_is_short_enough_to_read_at_once(module):
    assert len(module.read_text().splitlines()) <= 350


@pytest.mark.parametrize("module", MODULES, ids=named)
def test_no_module_is_a_bucket(module):
    assert module.stem not in BUCKETS
    assert module.parent.name not in BUCKETS


def test_a_package_says_what_it_is_and_exports_nothing():
    for module in PACKAGE.rglob("__init__.py"):
        body = ast.parse(module.read_text()).body
        assert len(body) == 1, module
        assert ast.get_docstring(ast.parse(module.read_text())), module


def test_only_the_doors_import_inside_a_function():
    doors = {"heavy_floor.py", "orchestration_door.py", "opening.py"}
    for module in MODULES:
        if module.name in doors:
            continue
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.FunctionDef):
                hidden = [n for n in ast.walk(node) if isinstance(n, ast.Import | ast.ImportFrom)]
                assert not hidden, f"{named(module)}:{hidden[0].lineno}"
        assert "import_module" not in module.read_text(), named(module)


def test_only_orchestration_imports_dagster():
    allowed = {PACKAGE / "orchestration"}
    for module in MODULES:
        found = re.search(r"^(import|from) dagster", module.read_text(), re.MULTILINE)
        assert not found or module.parent in allowed, named(module)


def test_the_environment_is_read_only_at_the_edges():
    edges = {"cli/session.py", "orchestration/resources.py", "definitions.py", "process.py"}
    for module in MODULES:
        reads = re.search(r"os\.environ|os\.getenv", module.read_text())
        assert not reads or str(module.relative_to(PACKAGE)) in edges, named(module)


def test_the_steps_of_a_run_load_without_what_only_costs_start_time():
    steps = ("extract", "preview", "mapping", "upsert", "conflicts")
    imports = ", ".join(f"totango_pipelines.sync.{name}_step" for name in steps)
    heavy = "{'dagster', 'pandas', 'sqlalchemy', 'scipy'}"
    code = f"import sys, {imports}; assert not {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_pandera_works_as_ever_for_whoever_imported_it_first():
    code = (
        "import pandas, pandera.pandas as pa, totango_pipelines.mapping.contract; "
        "pa.DataFrameSchema({'a': pa.Column(int)}).validate(pandas.DataFrame({'a': [1]}))"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True, timeout=60)

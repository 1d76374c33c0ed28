"""What a command imports decides how fast it answers."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import duckdb
import pytest

HEAVY = ("dagster", "duckdb", "pandas", "polars", "pandera", "pyarrow", "sqlalchemy")
PROBE = """\
import sys
from totango_pipelines.cli.main import main
first, _, second = " ".join(sys.argv[1:]).partition(" /")
code = main(first.split()) or (main(second.split()) if second else 0)
print("IMPORTED", code, *sorted({name.partition(".")[0] for name in sys.modules}))
"""


def imported_by(*arguments, then=()):
    ended = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments, "/", *then],
        capture_output=True,
        text=True,
        check=True,
    )
    code, *modules = ended.stdout.splitlines()[-1].removeprefix("IMPORTED ").split()
    assert code == "0", ended.stdout + ended.stderr
    return set(modules)


def test_help_imports_nothing_heavy(project):
    assert imported_by("--help").isdisjoint({*HEAVY, "pydantic", "yaml"})


def test_asking_a_source_never_imports_dagster(project):
    assert "dagster" not in imported_by("validate", then=["preview", "accounts"])


def test_a_run_never_imports_pandas(project):
    with duckdb.connect(project.folder / "lake.duckdb") as lake:
        lake.execute(
            "CREATE TABLE accounts AS SELECT 'a' AS id, 'A' AS name, 'soon' AS renewal, "
            "now() AS seen, 1.5::decimal(9, 2) AS amount"
        )
        lake.execute("INSERT INTO accounts VALUES ('b', 'B', '2026-01-31', NULL, NULL)")
    project.file("connections.yaml", "connections: {lake: {type: duckdb, path: lake.duckdb}}\n")
    project.integration(connection="lake")
    file = project.folder / "integrations" / "accounts.yaml"
    text = file.read_text().replace("settings: {", "settings: {cursor_column: seen, ")
    file.write_text(text)
    imported = imported_by("run", "accounts", then=["run", "accounts"])
    assert "polars" in imported
    assert imported.isdisjoint({"pandas", "scipy"})


def test_tokens_and_the_audit_need_no_engine(project):
    assert imported_by("token list", then=["audit", "--verify"]).isdisjoint(HEAVY)


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("show a", ["accounts", "assets"]),
        ("create x --connection g", ["gone"]),
        ("create x --object use", ["users"]),
        ("create x --collection t", ["tickets"]),
        ("create x --cadence w", ["workdays", "weekly"]),
        ("create x --weekday t", ["tuesday", "thursday"]),
        ("automap --object tas", ["tasks"]),
        ("delete as", ["assets"]),
        ("queue acc", ["accounts"]),
        ("trigger acc", ["accounts"]),
        ("token create x --only as", ["assets"]),
        ("token create x --role ad", ["admin"]),
        ("replay latest:as", ["latest:assets"]),
        ("show-run latest:as", ["latest:assets"]),
        ("history accounts --trigger ma", ["manual"]),
    ],
)
def test_the_shell_completes_names(project, words, completed):
    program = Path(sysconfig.get_path("scripts")) / "totango-pipelines"
    if not program.exists():
        pytest.skip("the package is not installed")
    project.integration("assets")
    project.file("catalog.yaml", "collections: [tickets, invoices]\n")
    asked = {
        **os.environ,
        "_TOTANGO_PIPELINES_COMPLETE": "complete_bash",
        "COMP_WORDS": f"totango-pipelines {words}",
        "COMP_CWORD": str(len(words.split())),
    }
    ended = subprocess.run([program], env=asked, capture_output=True, text=True, check=False)
    assert ended.stdout.split() == completed

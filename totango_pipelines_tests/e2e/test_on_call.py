"""The recipes of docs/on-call.md, each executed as it stands there, on a copy of the demo."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from totango_pipelines.cli.main import main
from totango_pipelines.integrations.project import load_project
from totango_pipelines.orchestration.instance import open_instance
from totango_pipelines.orchestration.jobs import build_definitions
from totango_pipelines.sync.environment import Environment

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = (REPOSITORY / "docs" / "on-call.md").read_text()
COMMANDS = re.findall(r"^\$ (totango-pipelines .*)$", PAGE, re.MULTILINE)
CONFIGS = re.findall(r"^(ops: \{request_runs.*)$|`(ops: \{remove.*?\})`", PAGE, re.MULTILINE)

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the demo in `demo`, of which some integrations ran once."""
    folder = tmp_path_factory.mktemp("on_call")
    shutil.copytree(
        REPOSITORY / "demo",
        folder / "demo",
        ignore=shutil.ignore_patterns(".totango", "*.duckdb", "__pycache__"),
    )
    build = [sys.executable, str(folder / "demo" / "build_warehouse.py")]
    subprocess.run(build, check=True, capture_output=True, timeout=120)
    assert main(["--project", str(folder / "demo"), "run", "crm_accounts"]) == 0
    return folder


def test_the_page_has_recipes():
    assert len(COMMANDS) > 25
    assert len(CONFIGS) == 2


@pytest.mark.parametrize("number", range(len(COMMANDS)), ids=COMMANDS.__getitem__)
def test_a_recipe_does_what_it_says(folder, monkeypatch, capsys, number):
    # In the page's order, as somebody would type them.
    monkeypatch.chdir(folder)
    assert main(shlex.split(COMMANDS[number])[1:]) == 0, capsys.readouterr().err


@pytest.mark.parametrize("texts", CONFIGS, ids=["run_integrations", "remove_old_runs"])
def test_a_config_for_the_launchpad_is_accepted_and_runs(folder, texts):
    (config,) = (yaml.safe_load(text) for text in texts if text)
    name = "run_integrations" if "request_runs" in config["ops"] else "remove_old_runs"
    environment = Environment.of({}, folder / "demo")
    definitions = build_definitions(load_project(folder / "demo"), environment)
    with open_instance(environment) as instance:
        job = definitions.resolve_job_def(name)
        assert job.execute_in_process(instance=instance, run_config=config).success

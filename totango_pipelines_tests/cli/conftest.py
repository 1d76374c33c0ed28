import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import pytest

from totango_pipelines.cli.main import main

ACCOUNTS = """\
id: {id}
name: CRM accounts
connection: {connection}
object: accounts
query: |
  {query}
mapping:
  - {{attribute: account_id, column: id}}
  - {{attribute: account_name, column: name, note: "as the CRM has it"}}
  - {{attribute: Contract Renewal Date, column: {renewal}}}
settings: {{reject_allowance: {allowance}}}
schedule: {{cadence: daily, at: "06:00", timezone: Europe/Berlin}}
"""


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


@dataclass(frozen=True)
class ScratchProject:
    folder: Path

    def integration(
        self,
        name="accounts",
        *,
        connection="crm",
        query="SELECT * FROM accounts",
        renewal="renewal",
        allowance=10,
    ):
        text = ACCOUNTS.format(
            id=name, connection=connection, query=query, renewal=renewal, allowance=allowance
        )
        self.file(f"integrations/{name}.yaml", text)

    def file(self, name, text):
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def table(self, name, columns):
        with sqlite3.connect(self.folder / "crm.sqlite") as crm:
            crm.execute(f"CREATE TABLE {name} ({columns})")
        crm.close()

    def rows(self, *rows):
        with sqlite3.connect(self.folder / "crm.sqlite") as crm:
            crm.execute("DROP TABLE IF EXISTS accounts")
            crm.execute("CREATE TABLE accounts (id TEXT, name TEXT, renewal TEXT)")
            crm.executemany("INSERT INTO accounts VALUES (?, ?, ?)", rows)
        crm.close()


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A CRM with three accounts, two of them good, and one integration of them."""
    for name in ("TOTANGO_HOME", "TOTANGO_HUB_URL", "DAGSTER_HOME", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TOTANGO_PROJECT", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "80")
    scratch = ScratchProject(tmp_path)
    scratch.rows(("A1", "=Acme", "2026-01-31"), ("A2", "Bolt", None), ("A3", "Coil", "soon"))
    scratch.file(
        "connections.yaml",
        "connections:\n"
        "  crm: {type: sqlite, path: crm.sqlite}\n"
        "  gone: {type: sqlite, path: gone.sqlite}\n",
    )
    scratch.integration()
    return scratch


@pytest.fixture
def cli(project, capsys):
    """Runs one command as a shell would."""

    def call(*arguments):
        capsys.readouterr()
        code = main(arguments)
        captured = capsys.readouterr()
        return Answer(code, captured.out, captured.err)

    return call

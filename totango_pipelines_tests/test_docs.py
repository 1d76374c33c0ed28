"""What the pages say is so: their SQL runs on both hubs, their codes are those of the rejects."""

import re
from pathlib import Path

import pytest

from totango_pipelines_tests.sync.run_scene import RunScene

PAGE = (Path(__file__).parents[1] / "docs" / "hub.md").read_text(encoding="utf-8")
RECIPES = re.findall(r"```sql\n(.*?)```", PAGE, flags=re.DOTALL)
CODES = """
KEY_NULL KEY_TOO_LONG KEY_CHARACTERS CURSOR_NULL RECENCY_NULL RECENCY_FORMAT FORMAT NOT_WHOLE
OUT_OF_RANGE VALUE_TOO_LONG VALUE_NOT_ALLOWED REQUIRED_NULL TAG_VALUE FK_UNMATCHED FK_CONFLICT
ACCOUNT_NOT_FOUND ACCOUNT_CHANGED USER_NOT_FOUND USER_AMBIGUOUS ROLE_UNKNOWN KEY_CONTACT_NOT_CONTACT
SUBJECT_OR_CONTENT MATCH_CONFLICT EXPRESSION
"""


@pytest.fixture(params=["duckdb", "postgres"])
def scene(request, tmp_path):
    """A hub with accounts in a circle, an orphan and a row of usage."""
    url = f"duckdb:///{tmp_path}/hub.duckdb"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
    scene = RunScene(tmp_path / "project", url)
    scene.declare("crm", "accounts", {"account_id": "id", "parent_id": "p"})
    rows = [("x", "y"), ("y", "x"), ("z", "nobody"), ("below", "x")]
    scene.run("crm", [{"id": account, "p": parent} for account, parent in rows])
    usage = {"account_id": "a", "user_id": "u", "action": "x", "module": "m"}
    scene.declare("activity", "usage", usage)
    scene.run("activity", [{"a": "x", "u": "ann", "x": "open", "m": "app"}])
    return scene


def test_every_recipe_can_be_asked_and_finds_what_it_looks_for(scene):
    found = [scene.query(recipe) for recipe in RECIPES]
    assert len(found) == 8
    assert found[5] == [("z", "nobody")]
    assert sorted(found[6]) == [("x",), ("y",)]
    assert [row[-1] for row in found[7]] == [1]


def test_the_page_has_every_code_of_the_rejects_and_no_other():
    table = PAGE.partition("| code | means |")[2].partition("\n\n")[0]
    named = re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b|\bFORMAT\b|\bEXPRESSION\b", table)
    assert sorted(named) == sorted(CODES.split())

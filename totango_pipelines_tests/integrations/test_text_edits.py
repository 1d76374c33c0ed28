"""Changing a file in place: the change is there, and every other byte is as it was."""

import difflib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from totango_pipelines.errors import DeclarationError, UnknownNameError
from totango_pipelines.integrations.strict_yaml import parse_yaml
from totango_pipelines.integrations.text_edits import (
    ChangeLine,
    RemoveLine,
    RemoveValue,
    SetValue,
    edited_text,
)

DEMO = Path(__file__).resolve().parents[2] / "demo" / "integrations"
NASTY = """\
# owner: the data team

id:   nasty   # never rename
name: 'It''s  CRM'
connection: "crm"
object:    accounts


# the query
query: |  # long lines stay long
  SELECT id, '# no comment' AS a,   -- trailing spaces behind this   \n\
         very_long_name_1, very_long_name_2, very_long_name_3, very_long_name_4, very_long_name_5, x
    FROM "Ünïcode ✓"

# the mapping
mapping:
- { attribute: account_id,column: id }   # the key

  # between two lines
- attribute: "account_name"
  # inside a line
  column: name   # of the company

  note: >-
    folded
    text
# not indented at all
- {attribute: Tier, constant: 'a, b',
   note: "two lines"}
# - {attribute: Old, column: old}
settings: {allow_new: true, reject_allowance: 0x10}
schedule:
    cadence: daily
    at: "06:00"   # before the shop opens
    # enabled: false
upstream:
    - a/b  # one
    - c
# the end
"""


def data(text):
    parsed = parse_yaml(text.encode(), "x.yaml")
    assert parsed.problems == ()
    return parsed.data


def changed(before, after):
    """The lines that went and those that came."""
    diff = difflib.ndiff(before.splitlines(keepends=True), after.splitlines(keepends=True))
    return [line.rstrip("\n") for line in diff if line[:2] in ("- ", "+ ")]


def edit(text, *changes):
    return edited_text(text, changes, file="integrations/x.yaml")


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        (SetValue(("name",), "CRM"), ["- name: 'It''s  CRM'", "+ name: 'CRM'"]),
        (SetValue(("connection",), "new"), ['- connection: "crm"', '+ connection: "new"']),
        (
            SetValue(("object",), "users"),
            ["- object:    accounts", "+ object:    users"],
        ),
        (
            SetValue(("id",), "other"),
            ["- id:   nasty   # never rename", "+ id:   other   # never rename"],
        ),
        (
            SetValue(("description",), "Why: so"),
            ['+ description: "Why: so"'],
        ),
        (
            ChangeLine("Account ID", {"column": "key"}),
            [
                "- - { attribute: account_id,column: id }   # the key",
                "+ - { attribute: account_id,column: key }   # the key",
            ],
        ),
        (
            ChangeLine("account_id", {"note": "as it is"}),
            [
                "- - { attribute: account_id,column: id }   # the key",
                "+ - { attribute: account_id,column: id, note: as it is }   # the key",
            ],
        ),
        (
            ChangeLine("account name", {"expression": "upper(name)"}),
            [
                "-   column: name   # of the company",
                "+   expression: upper(name)   # of the company",
            ],
        ),
        (ChangeLine("account_name", {"blank": "clear"}), ["+   blank: clear"]),
        (
            ChangeLine("account_name", {"note": None}),
            ["-   note: >-", "-     folded", "-     text"],
        ),
        (
            ChangeLine("account_name", {"note": "short"}),
            ["-   note: >-", "-     folded", "-     text", "+   note: short"],
        ),
        (
            ChangeLine("tier", {"column": "tier"}),
            [
                "- - {attribute: Tier, constant: 'a, b',",
                "+ - {attribute: Tier, column: 'tier',",
            ],
        ),
        (
            ChangeLine("tier", {"note": None}),
            [
                "- - {attribute: Tier, constant: 'a, b',",
                '-    note: "two lines"}',
                "+ - {attribute: Tier, constant: 'a, b'}",
            ],
        ),
        (
            ChangeLine("Status", {"column": "s", "new": {"type": "text"}}),
            ["+ - {attribute: Status, column: s, new: {type: text}}"],
        ),
        (
            RemoveLine("account_id"),
            ["- - { attribute: account_id,column: id }   # the key"],
        ),
        (
            RemoveLine("Tier"),
            ["- - {attribute: Tier, constant: 'a, b',", '-    note: "two lines"}'],
        ),
        (
            SetValue(("settings", "allow_new"), False),
            [
                "- settings: {allow_new: true, reject_allowance: 0x10}",
                "+ settings: {allow_new: false, reject_allowance: 0x10}",
            ],
        ),
        (
            SetValue(("settings", "recency_column"), "at"),
            [
                "- settings: {allow_new: true, reject_allowance: 0x10}",
                "+ settings: {allow_new: true, recency_column: at, reject_allowance: 0x10}",
            ],
        ),
        (
            RemoveValue(("settings", "allow_new")),
            [
                "- settings: {allow_new: true, reject_allowance: 0x10}",
                "+ settings: {reject_allowance: 0x10}",
            ],
        ),
        (
            RemoveValue(("settings",)),
            ["- settings: {allow_new: true, reject_allowance: 0x10}"],
        ),
        (
            SetValue(("schedule", "enabled"), False),
            ["+     enabled: false"],
        ),
        (SetValue(("schedule", "weekday"), "monday"), ["+     weekday: monday"]),
        (
            SetValue(("schedule", "at"), "21:15"),
            [
                '-     at: "06:00"   # before the shop opens',
                '+     at: "21:15"   # before the shop opens',
            ],
        ),
        (
            RemoveValue(("upstream", 0)),
            ["-     - a/b  # one"],
        ),
        (SetValue(("upstream", 1), "d"), ["-     - c", "+     - d"]),
        (
            SetValue(("upstream",), ["d"]),
            ["- upstream:", "-     - a/b  # one", "-     - c", "+ upstream: [d]"],
        ),
        (SetValue(("notify",), ["me"]), ["+ ", "+ notify: [me]"]),
        (SetValue(("name",), "It's  CRM"), []),
        (SetValue(("settings", "reject_allowance"), 16), []),
        (
            SetValue(("settings", "reject_allowance"), True),
            [
                "- settings: {allow_new: true, reject_allowance: 0x10}",
                "+ settings: {allow_new: true, reject_allowance: true}",
            ],
        ),
    ],
    ids=str,
)
def test_a_change_touches_its_own_lines_and_no_other(change, lines):
    after = edit(NASTY, change)
    assert sorted(changed(NASTY, after)) == sorted(lines)


def test_another_query_keeps_its_indentation_and_the_comment_behind_the_bar():
    after = edit(NASTY, SetValue(("query",), "SELECT 1\nFROM x\n"))
    assert "query: |  # long lines stay long\n  SELECT 1\n  FROM x\n\n# the mapping\n" in after
    assert data(after)["query"] == "SELECT 1\nFROM x\n"


def test_a_query_on_one_line_becomes_a_block_and_keeps_its_comment():
    after = edit("query: SELECT 1 # first\nname: x\n", SetValue(("query",), "SELECT 2\nFROM x\n"))
    assert after == "query: | # first\n  SELECT 2\n  FROM x\nname: x\n"


def test_every_line_that_is_there_outlives_a_run_of_changes():
    after = edit(
        NASTY,
        ChangeLine("New One", {"column": "n", "new": {"type": "text"}}),
        SetValue(("description",), "d"),
        SetValue(("settings", "timezone"), "Europe/Berlin"),
        SetValue(("schedule", "enabled"), False),
        RemoveLine("New One"),
        RemoveValue(("description",)),
        RemoveValue(("settings", "timezone")),
        RemoveValue(("schedule", "enabled")),
    )
    assert after == NASTY


@pytest.mark.parametrize("path", sorted(DEMO.glob("*.yaml")), ids=lambda path: path.stem)
def test_what_is_added_to_a_demo_file_and_taken_out_leaves_every_byte(path):
    text = path.read_bytes().decode()
    # One that the file does not have.
    probe = "cursor_column" if "cursor_column" not in text else "source_id_column"
    added = (
        SetValue(("upstream_when",), "all"),
        SetValue(("settings", probe), "updated_at"),
        SetValue(("schedule", "sync_on_save"), True),
        ChangeLine("Added", {"expression": "a || ', ' || b", "note": "n" * 90}),
        ChangeLine(data(text)["mapping"][0]["attribute"], {"on_error": "null_value"}),
    )
    removed = (
        RemoveValue(("upstream_when",)),
        RemoveValue(("settings", probe)),
        RemoveValue(("schedule", "sync_on_save")),
        RemoveLine("Added"),
        ChangeLine(data(text)["mapping"][0]["attribute"], {"on_error": None}),
    )
    after = edit(text, *added)
    assert len(changed(text, after)) >= 8
    assert edit(after, *removed) == text


def test_a_section_stands_where_the_contract_has_it_and_apart_as_the_others_do():
    text = (DEMO / "support_tickets.yaml").read_text()
    without = edit(text, RemoveValue(("settings",)))
    assert without == text.replace("settings:\n  recency_column: updated_at\n\n", "")
    assert edit(without, SetValue(("settings", "recency_column"), "updated_at")) == text


def test_the_last_section_can_go_without_leaving_a_blank_line():
    text = (DEMO / "support_tickets.yaml").read_text()
    after = edit(text, RemoveValue(("schedule",)))
    assert after == text.replace("\nschedule:\n  cadence: minutes\n  every: 15\n", "")


def test_the_last_key_of_a_section_takes_the_section_along():
    text = (DEMO / "support_tickets.yaml").read_text()
    after = edit(text, RemoveValue(("settings", "recency_column")))
    assert after == edit(text, RemoveValue(("settings",)))


def test_a_compact_file_stays_compact():
    text = "id: x\nmapping:\n  - {attribute: a, column: b}\nnotify: [a]\n"
    after = edit(text, SetValue(("settings", "allow_new"), False))
    assert after == text.replace("notify", "settings:\n  allow_new: false\nnotify")


def test_windows_line_breaks_stay():
    text = NASTY.replace("\n", "\r\n")
    after = edit(
        text,
        SetValue(("query",), "SELECT 1\nFROM x\n"),
        SetValue(("description",), "d"),
        ChangeLine("New", {"column": "n", "note": "n" * 90}),
        SetValue(("schedule", "enabled"), False),
        RemoveLine("Tier"),
    )
    assert after.count("\r\n") == after.count("\n")
    plain = edit(
        NASTY,
        SetValue(("query",), "SELECT 1\nFROM x\n"),
        SetValue(("description",), "d"),
        ChangeLine("New", {"column": "n", "note": "n" * 90}),
        SetValue(("schedule", "enabled"), False),
        RemoveLine("Tier"),
    )
    assert after == plain.replace("\n", "\r\n")


def test_a_file_without_a_last_line_break_gets_none():
    text = "id: x\nschedule:\n  cadence: hourly"
    after = edit(text, SetValue(("schedule", "enabled"), False), SetValue(("notify",), ["a"]))
    assert after == "id: x\nschedule:\n  cadence: hourly\n  enabled: false\nnotify: [a]"
    assert edit(after, RemoveValue(("notify",)), RemoveValue(("schedule", "enabled"))) == text


def test_a_byte_order_mark_stays():
    assert edit("\ufeffid: x\nname: a\n", SetValue(("name",), "b")) == "\ufeffid: x\nname: b\n"


def test_a_line_that_gets_too_wide_turns_into_block_style_and_keeps_its_quotes():
    text = "mapping:\n  - {attribute: Tier, column: 'a b', new: {type: text}} # why\n"
    after = edit(text, ChangeLine("Tier", {"note": "n" * 60}))
    assert after == (
        "mapping:\n  - attribute: Tier\n    column: 'a b'\n    new: {type: text}\n"
        f"    note: {'n' * 60} # why\n"
    )


def test_a_mapping_in_brackets_can_be_added_to_and_emptied():
    text = "mapping: [{attribute: a, column: b}] # short\n"
    more = edit(text, ChangeLine("c", {"column": "d"}))
    assert more == "mapping: [{attribute: a, column: b}, {attribute: c, column: d}] # short\n"
    empty = edit(more, RemoveLine("a"), RemoveLine("c"))
    assert empty == "mapping: [] # short\n"
    assert data(edit(empty, ChangeLine("c", {"column": "d"})))["mapping"] == [
        {"attribute": "c", "column": "d"}
    ]


def test_a_file_written_as_json_can_be_edited():
    text = '{"id": "x", "settings": {}, "mapping": [{"attribute": "a", "column": "b"}]}\n'
    after = edit(
        text,
        SetValue(("settings", "allow_new"), False),
        ChangeLine("a", {"note": "n"}),
        SetValue(("name",), "X"),
    )
    assert after == (
        '{"id": "x", name: X, "settings": {allow_new: false}, '
        '"mapping": [{"attribute": "a", "column": "b", note: n}]}\n'
    )


def test_a_key_without_a_value_gets_one():
    assert edit("id: x\nname: # todo\n", SetValue(("name",), "X")) == "id: x\nname: X # todo\n"
    text = "id: x\nsettings:\nnotify: [a]\n"
    assert data(edit(text, SetValue(("settings", "allow_new"), False)))["settings"] == {
        "allow_new": False
    }


def test_an_attribute_without_a_line_names_the_nearest_one():
    with pytest.raises(UnknownNameError, match=r"no line for 'Teir'\. Did you mean Tier\?"):
        edit(NASTY, RemoveLine("Teir"))
    with pytest.raises(UnknownNameError, match=r"for 'Region'\. It maps: account_id"):
        edit(NASTY, ChangeLine("Region", {"note": "x"}))


@pytest.mark.parametrize(
    "change",
    [
        RemoveValue(("settings", "cursor_lag")),
        RemoveValue(("mapping", 9)),
        SetValue(("mapping", 9, "note"), "x"),
        SetValue(("name", "first"), "x"),
    ],
    ids=str,
)
def test_a_place_that_is_not_there_is_said(change):
    with pytest.raises(UnknownNameError, match="there is no"):
        edit(NASTY, change)


def test_a_file_that_is_not_yaml_is_not_touched():
    with pytest.raises(DeclarationError, match=r"integrations/x\.yaml:2 is not valid YAML"):
        edit("id: [\n", SetValue(("name",), "x"))


words = st.text(st.sampled_from("ab 1'\"#:,[]{}|>-\\\n\tü日"), min_size=1, max_size=12).filter(
    str.strip
)
spaces = st.sampled_from(["", " ", "   "])
comments = st.sampled_from(["", " # why", "   # a: [b"])
between = st.sampled_from(["", "\n", "# a: b\n", "\n# between\n\n"])


@st.composite
def files(draw):
    """A valid file in any style a person may have."""
    rendered = ["name: 'x'", 'name: "x"', "name:   x", "name: >-\n  x", "name: x y\n  z"]
    parts = [draw(st.sampled_from(rendered)) + draw(comments).replace("\n", "")]
    if "\n" in parts[0]:
        parts[0] = parts[0].partition(" #")[0].partition("   #")[0]
    query = draw(
        st.sampled_from(
            ["query: SELECT 1", "query: |\n  SELECT 1\n    # kept", "query: |+\n  a\n\n"]
        )
    )
    parts.append(query)
    dash = draw(st.sampled_from(["- ", "  - ", "    -   "]))
    lines = ["mapping:"]
    for name in draw(st.lists(st.sampled_from("pqrst"), min_size=1, unique=True)):
        style = draw(st.integers(0, 2))
        gap, note = draw(spaces), draw(comments)
        own = " " * len(dash)
        if style == 0:
            lines.append(f"{dash}{{{gap}attribute: {name}, column: c{gap}}}{note}")
        elif style == 1:
            lines.append(f"{dash}attribute: {name}{note}\n{own}# in\n{own}column:   c")
        else:
            lines.append(f"{dash}{{attribute: {name},{note}\n{own}  column: c}}")
        lines.append(draw(st.sampled_from(["", f"{own}# between", "# left"])))
    parts.append("\n".join(line for line in lines if line))
    settings_ = [
        "settings: {}",
        "settings: { a: 1,b: [x] } # s",
        "settings:\n  # s\n  a: 1\n  b: [x]",
    ]
    parts.append(draw(st.sampled_from(settings_)))
    text = "".join(f"{draw(between)}{part.rstrip(' ')}\n" for part in parts)
    return draw(st.sampled_from([text, text.rstrip("\n") if "|+" not in text else text]))


edits = st.one_of(
    st.builds(
        SetValue,
        st.sampled_from([("name",), ("description",), ("settings", "a"), ("schedule", "at")]),
        words,
    ),
    st.builds(SetValue, st.just(("query",)), words.map(lambda text: text + "\n")),
    st.builds(
        ChangeLine,
        st.sampled_from("pqrstuv"),
        st.fixed_dictionaries(
            {"column": words}, optional={"note": words, "blank": st.just("keep")}
        ),
    ),
    st.builds(
        ChangeLine,
        st.sampled_from("pqrst"),
        st.fixed_dictionaries({"expression": words, "note": st.none()}),
    ),
    st.builds(RemoveLine, st.sampled_from("pqrst")),
    st.builds(
        RemoveValue, st.sampled_from([("settings",), ("settings", "a"), ("query",), ("name",)])
    ),
)


@given(files(), st.lists(edits, min_size=1, max_size=4), st.booleans())
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_change_to_any_file_says_what_was_meant_and_keeps_all_comments(text, changes, windows):
    """`edited_text` compares with plain data itself, and raises where a splice went wrong."""
    if windows:
        text = text.replace("\n", "\r\n")
    before = text
    for change in changes:
        try:
            text = edit(text, change)
        except UnknownNameError:
            continue
        data(text)
    removing = any(isinstance(change, RemoveValue | RemoveLine) for change in changes)
    assert windows is False or "\n" not in text.replace("\r\n", "")
    if not removing:
        for line in before.splitlines():
            if line.strip().startswith(("# between", "# left", "# a: b")):
                assert line.strip() in text


@given(files(), edits)
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_one_change_never_touches_more_lines_than_what_it_changes_has(text, change):
    try:
        after = edit(text, change)
    except UnknownNameError:
        return
    diff = list(difflib.ndiff(text.splitlines(), after.splitlines()))
    gone = [line.removeprefix("- ") for line in diff if line.startswith("- ") and line.strip("- ")]
    assert len(gone) <= 5
    sections = ("name", "query", "mapping", "settings")
    for line in gone:
        assert sections.index(change_of(change)) in sections_of(text, line, sections)


def change_of(change):
    return change.path[0] if isinstance(change, SetValue | RemoveValue) else "mapping"


def sections_of(text, line, sections):
    """The positions of the sections that hold the line."""
    found, position = set(), -1
    for each in text.splitlines():
        position += each.partition(":")[0] in sections
        if each == line:
            found.add(position)
    return found

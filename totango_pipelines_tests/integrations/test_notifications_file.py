"""notifications.yaml: what it may say, and that a mistake costs no more than its own line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from totango_pipelines.errors import Severity
from totango_pipelines.integrations.notifications_file import (
    NO_NOTIFICATIONS,
    Event,
    Rules,
    notifications_from,
)
from totango_pipelines.integrations.project import load_project
from totango_pipelines.integrations.strict_yaml import parse_yaml

FULL = """\
targets:
  data-oncall: {url: {env: ONCALL_URL}}
  finance: {url: {env: FINANCE_MAIL}, on: [failed, recovered]}
rules:
  reject_ratio: 0.02
  row_count_off: 0.5
  longer_than: 3.0
  runs: 5
  late_after: 30m
integrations:
  crm_accounts: {reject_ratio: 0.1, longer_than: null}
"""
INTEGRATION = """\
id: accounts
name: Accounts
connection: crm
object: accounts
query: SELECT 1
mapping:
  - {{attribute: account_id, column: id}}
  - {{attribute: account_name, column: name}}
notify: [{notify}]
"""


def load(text, integrations=("crm_accounts",)):
    return notifications_from(parse_yaml(text.encode(), "notifications.yaml"), integrations)


def found(notifications):
    return [(each.code, each.path) for each in notifications.problems]


def test_targets_and_rules_are_read():
    loaded = load(FULL)
    assert loaded.problems == ()
    assert loaded.targets["data-oncall"].url.env == "ONCALL_URL"
    assert set(loaded.targets["data-oncall"].on) == set(Event)
    assert loaded.targets["finance"].on == (Event.FAILED, Event.RECOVERED)
    assert loaded.rules_for("anything") == loaded.rules
    assert (loaded.rules.runs, loaded.rules.slow_floor_seconds) == (5, 300)


def test_an_integration_overrides_single_values_and_null_switches_a_rule_off():
    rules = load(FULL).rules_for("crm_accounts")
    assert (rules.reject_ratio, rules.longer_than) == (0.1, None)
    assert (rules.row_count_off, rules.late_after, rules.runs) == (0.5, "30m", 5)


def test_a_rule_that_nobody_wrote_is_off():
    rules = load("targets: {}\n").rules
    assert (rules.reject_ratio, rules.row_count_off) == (None, None)
    assert (rules.longer_than, rules.late_after) == (None, None)


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "targets: {}\n"])
def test_an_empty_file_tells_nobody(text):
    loaded = load(text)
    assert (loaded.problems, loaded.names) == ((), frozenset())


@pytest.mark.parametrize(
    ("target", "code", "path", "words"),
    [
        ("{url: {env: X}, om: [failed]}", "UNKNOWN_KEY", "targets.x.om", "Known keys: url, on"),
        ("{url: {env: X}, on: [faild]}", "NOT_ALLOWED", "targets.x.on[0]", "Did you mean failed?"),
        ("{url: {env: X}, on: []}", "NOT_ALLOWED", "targets.x.on", "is empty"),
        ("{url: {env: lower}}", "NOT_ALLOWED", "targets.x.url.env", "environment variable"),
        ("{on: [failed]}", "MISSING_KEY", "targets.x.url", "Apprise URL"),
        ("[1]", "WRONG_TYPE", "targets.x", "a mapping"),
        ("{url: *there}", "YAML_ALIAS", "targets.x.url", "alias"),
    ],
)
def test_a_broken_target_takes_no_other_down(target, code, path, words):
    loaded = load(f"targets:\n  fine: {{url: {{env: FINE}}}}\n  x: {target}\n")
    [problem] = [each for each in loaded.problems if each.path == path]
    assert words in str(problem)
    assert problem.line == 3
    assert problem.code == code
    assert (set(loaded.targets), loaded.broken) == ({"fine"}, {"x"})
    assert loaded.names == {"fine", "x"}


def test_a_target_has_a_name_that_notify_can_say():
    loaded = load('targets:\n  "on call": {url: {env: X}}\n')
    assert found(loaded) == [("NOT_ALLOWED", "targets.on call")]
    assert loaded.targets == {}


@pytest.mark.parametrize(
    "url", ["slack://hunter2/x", "[hunter2]", "hunter2", "{env: hunter2}", "{value: hunter2}"]
)
def test_a_url_is_a_secret_and_no_problem_shows_it(url):
    loaded = load(f"targets:\n  x: {{url: {url if url[0] in '[{' else repr(url)}}}\n")
    assert loaded.problems
    assert loaded.targets == {}
    assert "hunter2" not in "\n".join(str(each) for each in loaded.problems)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("reject_ratio: 2", "at most 1"),
        ("reject_ratio: -0.1", "at least 0"),
        ("row_count_off: 0", "more than 0"),
        ("longer_than: 0.5", "at least 1"),
        ("runs: 2", "at least 3"),
        ("runs: null", "a whole number"),
        ("late_after: soon", "a duration"),
        ("slow_floor: 5", "a duration"),
        ("reject_ration: 0.2", "Did you mean `reject_ratio`?"),
    ],
)
def test_a_broken_rule_leaves_the_others_as_they_are(rule, words):
    name, other = rule.partition(":")[0], "late_after" if "late" not in rule else "slow_floor"
    loaded = load(f"rules:\n  {rule}\n  {other}: 1h\n")
    [problem] = loaded.problems
    assert words in str(problem)
    assert (problem.line, problem.path) == (2, f"rules.{name}")
    assert loaded.rules == Rules(**{other: "1h"})

    own = load(f"integrations:\n  crm_accounts:\n    {rule}\n    {other}: 1h\n")
    assert [each.path for each in own.problems] == [f"integrations.crm_accounts.{name}"]
    assert own.rules_for("crm_accounts") == Rules(**{other: "1h"})


def test_rules_of_an_integration_that_is_not_there_are_a_warning():
    [problem] = load("integrations: {crm_acounts: {runs: 4}}\n").problems
    assert (problem.code, problem.severity) == ("UNKNOWN_INTEGRATION", Severity.WARNING)
    assert "Did you mean crm_accounts?" in problem.remedy


@pytest.mark.parametrize("text", ["targets: [\n", "[1]\n", "targets: [a]\n", "targets:\n"])
def test_where_nobody_can_tell_the_targets_none_is_called_unknown(text, tmp_path):
    loaded = load(text)
    assert loaded.problems
    assert (loaded.targets, loaded.names, loaded.readable) == ({}, None, False)


def test_an_unknown_section_says_which_there_are():
    [problem] = load("target: {x: {url: {env: X}}}\n").problems
    assert (problem.code, problem.line) == ("UNKNOWN_KEY", 1)
    assert "Did you mean `targets`?" in problem.remedy


def test_an_event_is_told_to_who_wants_it_and_to_broken_targets_once_mended():
    text = FULL.replace("rules:", "  broken: {}\nrules:", 1)
    loaded = load(text)
    notify = ["finance", "data-oncall", "broken", "nobody", "finance"]
    assert loaded.told(notify, Event.FAILED) == ("finance", "data-oncall", "broken")
    assert loaded.told(notify, Event.SLOW) == ("data-oncall", "broken")


_KEYS = st.sampled_from(
    ["targets", "rules", "integrations", "x", "url", "env", "on", "runs", "a b"]
)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 9) | st.floats(0, 4) | st.sampled_from(["X", "5m"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(_KEYS, _VALUES, max_size=4) | _VALUES)
def test_no_content_makes_loading_raise_and_every_wrong_target_has_a_problem(data):
    text = repr(data).replace("None", "null").replace("True", "true").replace("False", "false")
    loaded = load(text)
    declared = data.get("targets") if isinstance(data, dict) else None
    wrong = set(declared) - set(loaded.targets) if isinstance(declared, dict) else set()
    assert loaded.broken == wrong
    paths = [each.path for each in loaded.problems]
    assert all(any(path.startswith(f"targets.{name}") for path in paths) for name in wrong)


@pytest.fixture
def project(tmp_path):
    """Load a project whose integration names these under `notify`."""

    def write_and_load(notify, notifications=FULL):
        (tmp_path / "integrations").mkdir(exist_ok=True)
        (tmp_path / "integrations/accounts.yaml").write_text(INTEGRATION.format(notify=notify))
        (tmp_path / "connections.yaml").write_text(
            "connections: {crm: {type: sqlite, path: crm.sqlite}}\n"
        )
        if notifications is not None:
            (tmp_path / "notifications.yaml").write_text(notifications)
        return load_project(tmp_path)

    return write_and_load


def test_a_project_without_the_file_has_no_notifications(project):
    loaded = project("", notifications=None)
    assert (loaded.problems, loaded.notifications) == ((), NO_NOTIFICATIONS)


def test_a_project_has_its_targets_and_the_problems_of_their_file(project):
    loaded = project("data-oncall, finance", FULL.replace("  crm_accounts", "  acounts"))
    assert set(loaded.notifications.targets) == {"data-oncall", "finance"}
    [problem] = loaded.problems
    assert (problem.file, problem.line, problem.code) == (
        *("notifications.yaml", 11, "UNKNOWN_INTEGRATION"),
    )
    assert "Did you mean accounts?" in problem.remedy


@pytest.mark.parametrize("notifications", [FULL, None])
def test_a_name_that_is_no_target_is_a_warning_at_its_line(project, notifications):
    loaded = project("ops@example.com, data-onkall", notifications)
    own = [each for each in loaded.problems if each.file == "integrations/accounts.yaml"]
    [problem] = own
    assert (problem.code, problem.path, problem.line) == ("TARGET_UNKNOWN", "notify[1]", 9)
    assert problem.severity is Severity.WARNING
    has = "Did you mean data-oncall?" if notifications else "It has none."
    assert has in problem.remedy
    assert "accounts" in loaded.integrations


def test_a_broken_or_unreadable_target_is_not_called_unknown(project):
    broken = project("x", "targets: {x: {}}\n")
    assert [each.code for each in broken.problems] == ["MISSING_KEY"]
    unreadable = project("x", "targets: [\n")
    assert {each.file for each in unreadable.problems} == {"notifications.yaml"}


def test_a_file_that_cannot_be_read_is_a_problem_and_nothing_else(project, tmp_path):
    (tmp_path / "notifications.yaml").mkdir()
    loaded = project("data-oncall", notifications=None)
    assert [each.code for each in loaded.problems] == ["FILE_UNREADABLE"]
    assert loaded.notifications.readable is False

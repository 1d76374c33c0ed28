"""What single objects ask of their integrations: each problem, where it is found and how to mend it."""

import pytest

from totango_pipelines.errors import Severity
from totango_pipelines.integrations.project import load_project

CONNECTIONS = "connections:\n  crm: {type: postgres, url: {env: CRM_URL}}\n"
ROLES = "roles: [Success Manager]\n"


@pytest.fixture
def problems(tmp_path):
    """The problems of one integration of this object that maps these attributes."""

    def load(object_name, attributes, settings="{}", catalog=ROLES):
        lines = "".join(f"  - {{attribute: '{name}', column: c}}\n" for name in attributes)
        (tmp_path / "integrations").mkdir(exist_ok=True)
        (tmp_path / "connections.yaml").write_text(CONNECTIONS)
        (tmp_path / "catalog.yaml").write_text(catalog)
        (tmp_path / "integrations" / "x.yaml").write_text(
            f"id: x\nname: X\nconnection: crm\nobject: {object_name}\nquery: SELECT 1\n"
            f"settings: {settings}\nmapping:\n{lines}"
        )
        return load_project(tmp_path).problems

    return load


def brief(found):
    return [(each.code, each.path, each.severity) for each in found]


class TestAccountAssignment:
    KEYS = ("account_id", "account_role_id")

    @pytest.mark.parametrize("user", [["email"], ["user_name"], ["User Name", "email"]])
    def test_an_e_mail_or_a_name_says_who_is_assigned(self, problems, user):
        assert problems("account_assignment", [*self.KEYS, *user]) == ()

    def test_without_both_nobody_would_be_assigned(self, problems):
        (problem,) = problems("account_assignment", self.KEYS)

        assert str(problem) == (
            "integrations/x.yaml:7 mapping has a line neither for email nor for user_name: nobody "
            "would be assigned. Add `- {attribute: email, column: NAME}`."
        )
        assert brief([problem]) == [("REQUIRED_NOT_MAPPED", "mapping", Severity.ERROR)]

    def test_without_declared_roles_it_warns_that_every_row_is_rejected(self, problems):
        (problem,) = problems("account_assignment", [*self.KEYS, "email"], catalog="roles: []\n")

        assert str(problem) == (
            "integrations/x.yaml:4 object is account_assignment, but catalog.yaml declares no "
            "roles: every row is rejected. List them in catalog.yaml, e.g. `roles: [Success "
            "Manager]`."
        )
        assert brief([problem]) == [("ROLE_UNKNOWN", "object", Severity.WARNING)]


class TestUsageAggregations:
    @pytest.mark.parametrize("activity", ["Reports##Open", "Daily active users"])
    def test_one_activity_is_enough(self, problems, activity):
        assert problems("usage_aggregations", ["account_id", "date", activity]) == ()

    def test_without_an_activity_there_is_nothing_to_count(self, problems):
        found = problems("usage_aggregations", ["account_id", "user_id", "date"])

        assert brief(found) == [("REQUIRED_NOT_MAPPED", "mapping", Severity.ERROR)]
        assert found[0].remedy == (
            "Add `- {attribute: Module##Action, column: NAME}`, or Daily active users."
        )

    @pytest.mark.parametrize(("count", "is_fine"), [(1000, True), (1001, False)])
    def test_a_thousand_activities_are_the_most(self, problems, count, is_fine):
        activities = [f"Module##Action {n}" for n in range(count)]

        found = problems("usage_aggregations", ["account_id", *activities])

        wanted = [] if is_fine else [("TOO_MANY_ATTRIBUTES", "mapping", Severity.ERROR)]
        assert brief(found) == wanted


class TestTouchpoints:
    NEEDED = ("touchpoint_id", "account_id")

    @pytest.mark.parametrize("text", ["subject", "content"])
    def test_a_subject_or_a_content_is_enough(self, problems, text):
        assert problems("touchpoints", [*self.NEEDED, text]) == ()

    def test_without_both_it_warns_that_new_ones_are_rejected(self, problems):
        found = problems("touchpoints", self.NEEDED)

        assert brief(found) == [("REQUIRED_NOT_MAPPED", "mapping", Severity.WARNING)]
        assert found[0].problem == (
            "has a line neither for subject nor for content: rows of new touchpoints are rejected."
        )

    def test_known_ones_may_keep_what_they_have(self, problems):
        assert problems("touchpoints", self.NEEDED, "{allow_new: false}") == ()


class TestUsage:
    NEEDED = ("account_id", "user_id", "action", "module")

    def test_rows_of_usage_cannot_be_matched(self, problems):
        (problem,) = problems("usage", self.NEEDED, "{source_id_column: id}")

        assert str(problem) == (
            "integrations/x.yaml:6 settings.source_id_column asks for matching, but rows of usage "
            "have no identity that could be matched. Take it out."
        )

    def test_records_of_other_objects_can(self, problems):
        assert problems("users", self.NEEDED[:2], "{source_id_column: id}") == ()


def test_a_lag_without_a_cursor_goes_back_from_nowhere(problems):
    (problem,) = problems("accounts", ["account_id"], "{cursor_lag: 10m}")

    assert str(problem) == (
        "integrations/x.yaml:6 settings.cursor_lag says how far to go back, but there is no "
        "cursor_column. Add `cursor_column: NAME`, or take it out."
    )
    assert problems("accounts", ["account_id"], "{cursor_column: c, cursor_lag: 10m}") == ()

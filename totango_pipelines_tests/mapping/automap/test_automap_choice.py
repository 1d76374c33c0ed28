"""The choice over all columns: one column for each attribute, keys first, the rest unmapped."""

import pytest

from totango_pipelines.catalog.attributes import DataType
from totango_pipelines.mapping.automap.assignment import Candidate, assign
from totango_pipelines.mapping.automap.automap import ColumnSample, Remembered, automap
from totango_pipelines_tests.mapping.automap.automap_scene import company, proposed


def candidates(**scores):
    return [Candidate(name, score, "") for name, score in scores.items()]


def test_the_whole_fits_best_even_if_one_column_does_not_get_its_first_choice():
    chosen = assign([candidates(a=0.9, b=0.85), candidates(a=0.9)], 0.6)
    assert [each.attribute for each in chosen] == ["b", "a"]


def test_one_certain_match_outweighs_two_doubtful_ones():
    chosen = assign([candidates(a=1.0, b=0.66), candidates(a=0.66)], 0.6)
    assert [each and each.attribute for each in chosen] == ["a", None]


def test_nothing_below_the_threshold_is_chosen():
    assert assign([candidates(a=0.59), []], 0.6) == (None, None)
    assert assign([], 0.6) == ()


def test_an_attribute_goes_to_the_better_column_and_the_other_says_so():
    answers = proposed("users", "email", "primary_email")
    assert answers["email"].attribute == "Email"
    assert answers["primary_email"].attribute is None
    assert answers["primary_email"].reason == "Email goes to email instead"


@pytest.mark.parametrize("person", ["full name", "FullName", "fullname", "customer_full_name"])
@pytest.mark.parametrize("better", ["company", "organization", "customer name", "name"])
def test_the_name_of_an_account_goes_to_the_company_and_not_to_a_person(person, better):
    answers = proposed("accounts", person, better)
    assert answers[better].attribute == "account_name"
    assert (answers[person].attribute, answers[person].ticked) == (None, False)


def test_a_persons_name_alone_is_proposed_for_an_account_and_not_ticked():
    answer = proposed("accounts", "FullName")["FullName"]
    assert (answer.attribute, answer.ticked) == ("account_name", False)
    assert answer.reason.endswith("but perhaps a person's")


def test_the_full_name_of_a_company_is_the_accounts():
    answer = proposed("accounts", "company_full_name")["company_full_name"]
    assert (answer.attribute, answer.ticked) == ("account_name", True)


def test_columns_for_keys_come_first_then_the_others_as_given():
    columns = [ColumnSample(name, ()) for name in ("email", "id", "fax", "company_id", "city")]
    answers = automap(company(), "users", columns)
    assert [each.column for each in answers] == ["id", "company_id", "email", "fax", "city"]


def test_two_columns_that_fit_a_key_equally_leave_it_unticked():
    answers = proposed("users", "organization_id", "org_id")
    [mapped] = [each for each in answers.values() if each.attribute == "account_id"]
    assert not mapped.ticked
    assert "fits as well" in mapped.reason


def test_a_confirmed_mapping_goes_before_every_synonym():
    before = Remembered("cust_ref", "account_id", "crm_accounts")
    answers = proposed("accounts", "CUST_REF", "id", remembered=[before])
    assert answers["CUST_REF"].attribute == "account_id"
    assert answers["CUST_REF"].reason == "mapped so in crm_accounts"
    assert answers["CUST_REF"].ticked
    assert answers["id"].attribute is None


def test_the_same_name_goes_before_a_confirmed_mapping():
    before = Remembered("Industry", "Account Type", "crm_accounts")
    assert proposed("accounts", "Industry", remembered=[before])["Industry"].attribute == "Industry"


def test_a_confirmed_mapping_of_an_attribute_that_is_gone_counts_for_nothing():
    before = Remembered("x1", "No Longer There", "crm_accounts")
    assert proposed("accounts", "x1", remembered=[before])["x1"].attribute is None


def test_confirmed_mappings_that_disagree_count_for_nothing_unless_most_agree():
    one = Remembered("x1", "Tier", "a")
    other = Remembered("x1", "Plan", "b")
    assert proposed("accounts", "x1", remembered=[one, other])["x1"].attribute is None
    most = [one, other, Remembered("X1", "tier", "c")]
    assert proposed("accounts", "x1", remembered=most)["x1"].attribute == "Tier"


@pytest.mark.parametrize(
    ("object_name", "name", "values", "expected"),
    [
        ("accounts", "go_live", ["2026-01-31"], DataType.DATE),
        ("accounts", "go_live_date", [], DataType.DATE),
        ("accounts", "story_points", ["3", "5"], DataType.NUMBER),
        ("accounts", "setup_fee", ["12.50"], DataType.CURRENCY),
        ("accounts", "setup_fee", [], DataType.CURRENCY),
        ("accounts", "zip", ["10115", "01067"], DataType.TEXT),
        ("accounts", "netsuite_customer_id", ["17", "18"], DataType.FOREIGN_KEY),
        ("accounts", "sentiment", ["good", "bad"], DataType.TEXT),
        ("users", "workspace_id", ["17", "18"], None),
        ("accounts", "_fivetran_synced", ["2026-01-31"], None),
        ("accounts", "is_deleted", ["true"], None),
        ("accounts", "photo_url", ["https://a.de/1.png"], None),
        ("accounts", "essay", ["x" * 513], None),
        ("accounts", "x" * 70, ["1"], None),
        ("accounts", "§§§", ["1"], None),
    ],
)
def test_an_unknown_column_may_become_an_attribute_of_a_type_that_can_be_added(
    object_name, name, values, expected
):
    [answer] = automap(company(), object_name, [ColumnSample(name, tuple(values))])
    assert (answer.attribute, answer.new_type) == (None, expected)
    assert ("could be a new" in answer.reason) is (expected is not None)


def test_an_empty_column_beside_filled_ones_is_not_worth_an_attribute():
    answers = proposed("accounts", "sentiment", id=["a1"])
    assert answers["sentiment"].new_type is None
    assert "empty" in answers["sentiment"].reason


def test_a_mapped_column_needs_no_new_attribute():
    assert proposed("accounts", "industry")["industry"].new_type is None

"""What the sampled values add to a name, and what they forbid."""

import pytest

from totango_pipelines.catalog.attributes import Attribute, DataType
from totango_pipelines.catalog.catalog import Catalog
from totango_pipelines.mapping.automap.automap import ColumnSample, automap
from totango_pipelines.mapping.automap.evidence import weigh
from totango_pipelines.mapping.automap.values import MOST_SAMPLES, Shape, profile
from totango_pipelines.mapping.columns import Kind
from totango_pipelines_tests.mapping.automap.automap_scene import attribute, proposed

HASHED = ("4b2c13cca3eb58ee49bbddcf00417130", "WIDCNIeVb5iHBWziEBitQw==")


@pytest.mark.parametrize(
    ("shape", "values"),
    [
        (Shape.EMAIL, ["a@b.de", "x.y+z@sub.domain.org"]),
        (Shape.DATE, ["2026-01-31", "31.01.2026", "1/31/26 10:00", "2026-01-31T10:00:00Z"]),
        (Shape.DATE, ["Jan 5, 2026", "5 January 2026", "05-MAY-26"]),
        (Shape.NUMBER, ["1", "-1.5", "1,234.50", "$12", "(3.00)", "12%", "1e5"]),
        (Shape.BOOLEAN, ["TRUE", "no", "Y", "f"]),
        (Shape.URL, ["https://acme.de/x", "www.acme.de", "acme.co.uk"]),
        (Shape.PHONE, ["+49 30 123-456", "(555) 555-5555"]),
        (Shape.TEXT, ["Acme", "AC-17", "2026 was good", "a@b", "not-a-date-2026-01-31"]),
    ],
)
def test_values_are_known_by_their_shape(shape, values):
    assert profile(values).looks_like is shape


def test_values_that_were_hashed_say_nothing():
    assert profile(HASHED).shares == {}
    answer = proposed("users", email=HASHED)["email"]
    assert (answer.attribute, answer.score) == ("Email", 1.0)


def test_the_engines_type_needs_no_look_at_the_values():
    assert profile(["1", "0"], Kind.BOOLEAN).looks_like is Shape.BOOLEAN
    assert profile(["x"], Kind.INSTANT).looks_like is Shape.DATE


def test_no_more_than_a_thousand_samples_are_looked_at():
    assert len(profile(["1"] * MOST_SAMPLES + ["Acme"] * 9000).samples) == MOST_SAMPLES


def test_fitting_values_raise_the_score_and_are_in_the_reason():
    plain = proposed("users", "email_address")["email_address"]
    seen = proposed("users", email_address=["a@b.de", "c@d.de"])["email_address"]
    assert seen.score > plain.score
    assert seen.reason.endswith("values look like e-mails")


@pytest.mark.parametrize(
    "ids",
    [
        ["0058d000004AbcD", "0058d000004AbcE"],
        ["0058d000004AbcDAAC", "0058d000004AbcEAAC"],
        ["550e8400-e29b-41d4-a716-446655440000"],
        ["12", "15"],
        HASHED,
    ],
)
@pytest.mark.parametrize("name", ["owner_id", "ownerid", "OwnerId", "csm"])
def test_ids_are_proposed_for_who_somebody_is_and_not_ticked(name, ids):
    answer = proposed("accounts", **{name: ids})[name]
    assert (answer.attribute, answer.ticked) == ("Success Manager", False)
    assert answer.reason.endswith("but values look like ids, and no names")


@pytest.mark.parametrize("names", [(), ("Ada Lovelace", "Grace Hopper"), ("ada@acme.com",)])
def test_names_of_somebody_are_ticked_as_before(names):
    answer = proposed("accounts", owner_id=names)["owner_id"]
    assert (answer.attribute, answer.ticked) == ("Success Manager", True)


def test_a_word_for_an_event_is_a_date_when_its_values_are():
    assert proposed("accounts", "canceled")["canceled"].attribute is None
    dated = proposed("accounts", canceled=["2026-01-31", "2026-02-28"])["canceled"]
    assert (dated.attribute, dated.ticked) == ("Cancellation Date", True)
    assert proposed("accounts", canceled=["true", "false"])["canceled"].attribute is None


@pytest.mark.parametrize(
    ("object_name", "name", "values"),
    [
        ("users", "email_address", ["true", "false"]),
        ("users", "e_mail", ["2026-01-31", "2026-02-28"]),
        ("users", "email", ["2026-01-31", "2026-02-28"]),
        ("users", "created_at", ["true", "false"]),
        ("users", "created_at", ["Anna", "Ben"]),
        ("users", "opted_out", ["weekly", "monthly"]),
        ("accounts", "website", [f"https://api.acme.de/companies/{n}" for n in range(9)]),
        ("accounts", "state", ["CA", "NY", "TX"]),
        ("collections", "total", ["2026-01-31"]),
    ],
)
def test_values_that_cannot_be_meant_forbid_a_proposal(object_name, name, values):
    assert attribute(object_name, name, *values) is None


def test_values_that_need_a_format_or_a_value_map_leave_the_proposal_unticked():
    answer = proposed("tasks", priority=["High", "Low"])["priority"]
    assert (answer.attribute, answer.ticked) == ("priority", False)
    assert answer.reason == "same name; but none of its values is in the list"


def test_a_pair_of_values_may_be_yes_and_no_in_other_words():
    answer = proposed("users", Contact=["ja", "nein"] * 20)["Contact"]
    assert (answer.attribute, answer.ticked) == ("Contact", False)
    assert "which value is yes has to be said" in answer.reason
    assert attribute("users", "Contact", "Anna", "Ben") is None


def test_a_bare_account_is_a_key_when_its_values_are_ids():
    assert attribute("users", "account", "acc-0001", "acc-0002") == "account_id"
    assert attribute("collections", "customer", "cus_IRb688lkE0TnTM") == "account_id"
    assert attribute("users", "company", "Acme", "Bolt Ltd") is None
    assert attribute("users", "company") is None


def test_an_email_identifies_a_user_where_it_has_no_attribute_of_its_own():
    columns = [ColumnSample("email", ())]
    [answer] = automap(Catalog.standard(), "users", columns)
    assert (answer.attribute, answer.ticked) == ("user_id", False)
    assert attribute("users", "email") == "Email"


def test_a_few_values_that_are_too_long_do_not_speak_against_an_attribute():
    names = ["Acme"] * 50 + ["x" * 129]
    assert "longer" not in proposed("accounts", name=names)["name"].reason


def test_numbers_may_be_times_if_they_are_large_enough():
    assert attribute("users", "created_at", "1700000000", "1700000001") == "Created Date"
    assert attribute("users", "created_at", "3", "17") is None


def test_the_values_of_a_list_are_known():
    answer = proposed("accounts", state=["Paying", "Free"])["state"]
    assert answer.attribute == "Status"
    assert answer.reason.endswith("values are in its list")


def test_values_longer_than_the_attribute_speak_against_it():
    short = proposed("accounts", organisation_name=["Acme"])["organisation_name"]
    long = proposed("accounts", organisation_name=["x" * 129])["organisation_name"]
    assert long.score < short.score
    assert not long.ticked
    assert "longer than 128" in long.reason


def test_a_key_does_not_repeat():
    answer = proposed("accounts", id=["a1", "a2"] * 20)["id"]
    assert not answer.ticked
    assert "its values repeat" in answer.reason


def test_a_column_without_a_name_goes_by_its_values():
    answer = proposed("users", column_3=["a@b.de", "c@d.de"])["column_3"]
    assert (answer.attribute, answer.reason) == ("Email", "values look like e-mails")
    assert not answer.ticked
    assert attribute("users", "recipient", "a@b.de", "c@d.de") is None


def test_mixed_values_speak_neither_for_nor_against():
    number = Attribute("Company Size", DataType.NUMBER)
    mixed = profile(["1", "2", "many"])
    assert weigh(mixed, number, ("size",), own_id=False).change == 0

"""What holds for any columns whatever."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from totango_pipelines.catalog.catalog import Catalog
from totango_pipelines.catalog.standard import STANDARD_OBJECTS
from totango_pipelines.mapping.automap.automap import (
    KEY_TICKED,
    SUGGESTED,
    TICKED,
    ColumnSample,
    automap,
)
from totango_pipelines.mapping.columns import Kind
from totango_pipelines_tests.mapping.automap.automap_scene import company

WORDS = [
    "id",
    "key",
    "account",
    "customer",
    "organisation",
    "user",
    "contact",
    "owner",
    "parent",
    "name",
    "first",
    "last",
    "e",
    "mail",
    "email",
    "date",
    "at",
    "created",
    "updated",
    "renewal",
    "contract",
    "status",
    "state",
    "city",
    "country",
    "amount",
    "total",
    "value",
    "is",
    "has",
    "count",
    "plan",
    "due",
    "close",
    "task",
    "ticket",
    "hs",
    "sf",
    "c",
    "properties",
    "foo",
    "2",
    "__c",
    "of",
]
NAMES = st.one_of(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map("_".join),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map("".join),
    st.text(max_size=40),
)
CELLS = st.one_of(
    st.sampled_from(["a@b.de", "2026-01-31", "true", "1,5", "17", "https://a.de", "Paying", ""]),
    st.text(max_size=30),
)
COLUMNS = st.lists(
    st.builds(
        ColumnSample,
        NAMES,
        st.lists(CELLS, max_size=25).map(tuple),
        st.sampled_from(list(Kind)),
    ),
    max_size=9,
)
OBJECTS = st.sampled_from(sorted(STANDARD_OBJECTS))
CATALOG = company()


@settings(max_examples=80, deadline=None)
@given(OBJECTS, COLUMNS)
@example("accounts", [ColumnSample("", ("",)), ColumnSample("__c", ()), ColumnSample("\x00", ())])
def test_any_names_and_samples_are_answered_one_by_one(object_name, columns):
    answers = automap(CATALOG, object_name, columns)
    assert sorted(each.column for each in answers) == sorted(each.name for each in columns)
    mapped = [each for each in answers if each.attribute is not None]
    assert len({each.attribute for each in mapped}) == len(mapped)
    for each in answers:
        assert 0 <= each.score <= 1
        assert each.reason
        assert not each.ticked or each.score >= TICKED
    for each in mapped:
        assert each.score >= SUGGESTED
        assert each.new_type is None
        assert CATALOG.attribute(object_name, each.attribute) is not None


@settings(max_examples=80, deadline=None)
@given(OBJECTS, COLUMNS)
def test_a_key_is_never_ticked_below_its_own_bar(object_name, columns):
    for each in automap(CATALOG, object_name, columns):
        named = each.attribute and CATALOG.attribute(object_name, each.attribute)
        if named and named.folding:
            assert not each.ticked or each.score >= KEY_TICKED


@settings(max_examples=80, deadline=None)
@given(OBJECTS, COLUMNS, st.randoms(use_true_random=False))
def test_the_order_of_the_columns_decides_nothing(object_name, columns, random):
    other = list(columns)
    random.shuffle(other)
    first = automap(CATALOG, object_name, columns)
    second = automap(CATALOG, object_name, other)
    assert sorted(first, key=repr) == sorted(second, key=repr)


def test_a_wide_table_with_long_cells_is_answered_in_bounded_time():
    """1,000 x 1,000 cells took 2 s and 30 MiB when it was measured; this is a tenth of it."""
    cells = tuple("9" * 5_000 if n % 2 else f"a{n}@b.de" for n in range(1000))
    columns = [ColumnSample(f"lastmodified{n}accountdate", cells) for n in range(100)]
    answers = automap(Catalog.standard(), "accounts", columns)
    assert len(answers) == 100

"""The lexicon does not contradict itself, and can forget a vendor."""

from collections import Counter

import pytest

from totango_pipelines.catalog.standard import STANDARD_OBJECTS
from totango_pipelines.mapping.automap import lexicon
from totango_pipelines.mapping.automap.automap import ColumnSample, automap
from totango_pipelines.mapping.automap.meanings import MEANINGS
from totango_pipelines.mapping.automap.vocabulary import vocabulary_of
from totango_pipelines_tests.mapping.automap.automap_scene import company

LINES = (*lexicon.WORDS, *lexicon.COMPOUNDS, *lexicon.EXTRAS, *lexicon.NAMESPACES, *MEANINGS)


def test_every_line_is_for_objects_that_there_are():
    named = {name for line in LINES for name in line.objects.split()}
    assert named <= set(STANDARD_OBJECTS)
    assert set(lexicon.OWN_NOUNS) <= set(STANDARD_OBJECTS)


@pytest.mark.parametrize("object_name", sorted(STANDARD_OBJECTS))
def test_a_word_has_one_concept_in_an_object(object_name):
    words = Counter(
        (word, line.last)
        for line in lexicon.WORDS
        if not line.objects or object_name in line.objects.split()
        for word in line.words.split()
    )
    assert [word for word, times in words.items() if times > 1] == []


@pytest.mark.parametrize("object_name", sorted(STANDARD_OBJECTS))
def test_every_phrase_says_something(object_name):
    vocabulary = vocabulary_of(object_name)
    for name, phrases in {**vocabulary.likely, **vocabulary.possible}.items():
        assert name
        assert all(phrases)


def test_what_was_learned_from_a_vendor_can_be_forgotten():
    column = [ColumnSample("monthly_spend", ())]
    [known] = automap(company(), "accounts", column)
    [forgotten] = automap(company(), "accounts", column, unlearned="segment")
    assert known.attribute == "MRR"
    assert forgotten.attribute is None

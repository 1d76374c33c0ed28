"""Everything that an expression may use, in the order of the documentation."""

from collections.abc import Mapping
from types import MappingProxyType

from totango_pipelines.mapping.functions.allowed import Function
from totango_pipelines.mapping.functions.condition_functions import (
    CONDITION_FORMS,
    CONDITION_FUNCTIONS,
)
from totango_pipelines.mapping.functions.date_functions import DATE_FORMS, DATE_FUNCTIONS
from totango_pipelines.mapping.functions.number_functions import NUMBER_FORMS, NUMBER_FUNCTIONS
from totango_pipelines.mapping.functions.text_functions import (
    REGEX_FUNCTIONS,
    TEXT_FORMS,
    TEXT_FUNCTIONS,
)

FORMS = (*TEXT_FORMS, *NUMBER_FORMS, *DATE_FORMS, *CONDITION_FORMS)
"""What is written with words and operators."""

FUNCTIONS = (
    *TEXT_FUNCTIONS,
    *REGEX_FUNCTIONS,
    *NUMBER_FUNCTIONS,
    *DATE_FUNCTIONS,
    *CONDITION_FUNCTIONS,
)
"""What is written with a name and brackets."""

BY_NAME: Mapping[str, Function] = MappingProxyType(
    {name: function for function in FUNCTIONS for name in (function.name, *function.aliases)}
)
"""Every function by its names, in small letters."""

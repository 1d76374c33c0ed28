"""A fingerprint of what an integration says about its rows (semantics.md 1)."""

import hashlib
import json

from totango_pipelines.catalog.attributes import normalised_name
from totango_pipelines.integrations.integration import Integration


def fingerprint(integration: Integration) -> str:
    """Another value means that the rows of before have to be delivered again.

    It looks at what decides which rows arrive and what they become, and at nothing else: names,
    notes, limits and the schedule may change freely.
    """
    settings = integration.settings
    mapping = sorted(
        [
            normalised_name(line.attribute),
            *(line.column, line.expression, repr(line.constant), line.source_format),
            *(line.blank.value, line.on_error.value),
        ]
        for line in integration.mapping
    )
    says = [
        *(integration.connection, integration.object.value, integration.collection),
        *(integration.query, mapping, normalised_name(settings.match_on)),
        *(settings.recency_column, settings.source_id_column, settings.cursor_column),
        settings.timezone,
    ]
    return hashlib.sha256(json.dumps(says).encode()).hexdigest()

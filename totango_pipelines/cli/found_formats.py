"""`edit --map`: the source format of a column that is mapped anew, as `create` finds it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from totango_pipelines.cli import orchestration_door as door
from totango_pipelines.cli.draft_files import Draft
from totango_pipelines.cli.session import Session
from totango_pipelines.errors import (
    DeclarationError,
    LoginRefusedError,
    QueryRefusedError,
    SourceUnavailableError,
)

if TYPE_CHECKING:
    from totango_pipelines.integrations.text_edits import Change, ChangeLine
    from totango_pipelines.sync.drafts import FormatFinding
    from totango_pipelines.sync.query_sample import QuerySample


@dataclass(frozen=True, slots=True)
class FoundFormats:
    """The changes that set formats, what is to be said, and the rows that were read for it."""

    changes: "tuple[ChangeLine, ...]" = ()
    said: tuple[str, ...] = ()
    sample: "QuerySample | None" = None


def detected_formats(session: Session, draft: Draft, changes: "Iterable[Change]") -> FoundFormats:
    """The formats of the columns that the changes map, where neither they nor the file have one.

    A source that cannot be asked says nothing here.
    """
    edits, drafts = door.integrations("text_edits"), door.sync("drafts")
    integration = draft.declared.integration
    asked = [each for each in changes if isinstance(each, edits.ChangeLine)]
    mapping = [line.model_dump(mode="json", exclude_defaults=True) for line in integration.mapping]
    new = [
        mapping[edits.line_index(mapping, each.attribute)]
        for each in asked
        if each.values.get("column") and "source_format" not in each.values
    ]
    if not new:
        return FoundFormats()
    place = {"connection": integration.connection}
    try:
        sample = door.sync("query_sample").sample_query(
            session.environment,
            draft.project,
            query=integration.query,
            window=door.sync("wiring").sample_window(integration, datetime.now(UTC)),
            **place,
        )
    except (QueryRefusedError, LoginRefusedError, SourceUnavailableError, DeclarationError):
        return FoundFormats()
    known = [each for each in new if each["column"] in {column.name for column in sample.columns}]
    findings = drafts.formats_for(
        draft.project, sample, known, object_name=str(integration.object), **place
    )
    settled = [each for each in findings if each.settled is not None]
    return FoundFormats(
        tuple(
            edits.ChangeLine(each.attribute, {"source_format": each.settled}) for each in settled
        ),
        tuple(_said(each) for each in findings if each.settled or each.detection.question),
        sample,
    )


def _said(finding: "FormatFinding") -> str:
    drafts = door.sync("drafts")
    if finding.settled is None:
        question: str = drafts.question_sentence(finding)
        return question
    [said] = drafts.remembered_sentence(finding) or [drafts.read_as_sentence(finding)]
    return str(said)

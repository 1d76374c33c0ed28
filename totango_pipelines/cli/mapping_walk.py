"""Walk through a mapping in the terminal: accept, change, add and leave out, then the formats."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from totango_pipelines.cli import orchestration_door as door
from totango_pipelines.cli.asking import ask, choose
from totango_pipelines.cli.create_draft import Given, Material
from totango_pipelines.cli.line_options import constant_of
from totango_pipelines.cli.mapping_table import MappingRow, print_rows, rows_of
from totango_pipelines.cli.output import plural, print_lines, print_sentences
from totango_pipelines.cli.session import Session

if TYPE_CHECKING:
    from totango_pipelines.integrations.project import Project
    from totango_pipelines.mapping.formats.detection import Reading
    from totango_pipelines.sync.drafts import FormatFinding, Line

_NEW_TYPES = ("text", "number", "currency", "date", "foreign_key")
_PLAINLY = "read it plainly, without a format"
_WRITE = "write the format"
_AS_IT_IS = "-"
_ADD = "add it as a new attribute"
_LEAVE = "leave it unmapped"
_TAKE = "Enter takes the ticked ones, a number changes a line, + adds one"
_TAKE_OF_MANY = "Enter takes the ticked ones, a number changes a line, a lists all, + adds one"
_ALL = "a"


@dataclass(frozen=True, slots=True)
class MappingWalk:
    """The mapping of one object from one query, in the hands of somebody at a terminal."""

    session: Session
    project: "Project"
    connection: str
    object_name: str
    found: Material
    # Attributes and columns that somebody said are read without a format.
    plain: set[tuple[str, str]] = field(default_factory=set)

    def start(self, given: Given) -> list[MappingRow]:
        """A row for each column: what automap ticked, and what the options say."""
        drafts = door.sync("drafts")
        ticked = drafts.ticked_lines(self.found.proposals)
        lines = drafts.changed_lines(ticked, given.line_changes)
        return self.rows_of(drafts.without_lines(lines, given.unmapped))

    def rows_of(self, lines: "Sequence[Line]") -> list[MappingRow]:
        """The rows of these lines, and of the columns that have none."""
        return rows_of(self.found.proposals, lines)

    def settle(self, rows: list[MappingRow]) -> "tuple[Line, ...]":
        """Show the rows and change them until they are taken; answers with the lines."""
        most: int | None = 0
        while True:
            hidden = print_rows(self.session, self.found.firsts, rows, numbered=True, most=most)
            question = _TAKE_OF_MANY if hidden else _TAKE
            answer = ask(self.session, question, default="ok", wrong=_is_action(len(rows)))
            most = None if answer == _ALL else 0
            if answer == "+":
                rows = [*rows, self._added(rows)]
            elif answer.isdecimal():
                self._change(rows, int(answer) - 1)
            elif answer != _ALL and any(row.line for row in rows):
                return self._lines_of(rows)
            elif answer != _ALL:
                print_lines(self.session.out, ["Nothing is mapped yet: map the key at least."])

    def _lines_of(self, rows: Sequence[MappingRow]) -> "tuple[Line, ...]":
        """The lines in the order of the columns, keys first; those without a column behind them."""
        places = {each.column: place for place, each in enumerate(self.found.proposals)}
        ordered = sorted(rows, key=lambda row: places.get(row.column or "", len(places)))
        return tuple(row.line for row in ordered if row.line is not None)

    def with_formats(self, lines: "tuple[Line, ...]") -> "tuple[Line, ...]":
        """Formats where nothing speaks against one, and a question where there are several."""
        findings = door.sync("drafts").formats_for(
            self.project,
            self.found.sample,
            lines,
            connection=self.connection,
            object_name=self.object_name,
        )
        by_attribute: dict[str, FormatFinding] = {
            each.attribute: each
            for each in findings
            if (each.attribute, each.column) not in self.plain
        }
        written = []
        for line in lines:
            finding = by_attribute.get(str(line["attribute"]))
            settled = line if finding is None else self._with_format(line, finding)
            if settled is not None:
                written.append(settled)
        return tuple(written)

    def _with_format(self, line: "Line", finding: "FormatFinding") -> "Line | None":
        detection, out = finding.detection, self.session.out
        if detection.question is None:
            if detection.source_format is None:
                return line
            print_sentences(out, [door.sync("drafts").read_as_sentence(finding)])
            return {**line, "source_format": detection.source_format}
        if finding.settled is not None:
            print_sentences(out, door.sync("drafts").remembered_sentence(finding))
            return {**line, "source_format": finding.settled}
        print_sentences(out, ["", detection.question])
        options: dict[str, Reading | None] = {_shown(each): each for each in detection.readings}
        if not any(each.source_format is None for each in detection.readings):
            options[_PLAINLY] = None
        options |= {_WRITE: None} if finding.is_key else {_WRITE: None, _LEAVE: None}
        names = list(options)
        # Of several readings none is right without somebody's word.
        default = len(names) if detection.readings else names.index(_PLAINLY) + 1
        chosen = names[choose(self.session, "Which one", names, default=default)]
        if chosen == _LEAVE:
            return None
        reading = options[chosen]
        source_format = None if reading is None else reading.source_format
        if chosen == _WRITE:
            source_format = ask(self.session, "Format, e.g. MM/DD/YYYY")
        if source_format is None:
            self.plain.add((finding.attribute, finding.column))
            return line
        return {**line, "source_format": source_format}

    def _change(self, rows: list[MappingRow], index: int) -> None:
        row = rows[index]
        proposed = None if row.proposal is None else row.proposal.attribute
        actions: list[tuple[str, Callable[[], Line | None]]] = []
        if proposed is not None and not row.is_as_proposed and self._is_free(rows, index, proposed):
            actions.append((f"map it to {proposed}", lambda: self._to(row, proposed)))
        if row.line is not None:
            actions.append((_LEAVE, lambda: None))
        actions += [
            ("map it to another attribute", lambda: self._another(rows, index)),
            (_ADD, lambda: self._new(rows, index)),
            ("leave it as it is", lambda: row.line),
        ]
        print_lines(self.session.out, [f"{row.origin}:"])
        names = [text for text, _ in actions]
        could_be_new = row.line is None and row.proposal is not None and row.proposal.new_type
        default = names.index(_ADD) + 1 if could_be_new else 1
        chosen = choose(self.session, "What to do", names, default=default)
        rows[index] = replace(row, line=actions[chosen][1]())
        if rows[index].line is None and row.column is None:
            del rows[index]

    def _added(self, rows: list[MappingRow]) -> MappingRow:
        kinds = ["a column once more", "a constant", "an expression"]
        kind = choose(self.session, "Where does the value come from", kinds)
        line: dict[str, Any]
        if kind == 0:
            names = [each.name for each in self.found.sample.columns]
            line = {"column": names[choose(self.session, "Column", names)]}
        elif kind == 1:
            line = {"constant": constant_of(ask(self.session, "Value"))}
        else:
            line = {"expression": ask(self.session, "SQL over the columns")}
        attribute = self._asked(rows, None, may_be_new=True, insist=True)
        line = {"attribute": attribute, **line}
        if self.project.catalog.attribute(self.object_name, attribute) is None:
            line["new"] = {"type": self._type(None)}
        column = line.get("column")
        return MappingRow(column, line, None)

    def _to(self, row: MappingRow, attribute: str) -> "Line":
        kept = {key: value for key, value in (row.line or {}).items() if key != "new"}
        origin = {} if row.column is None else {"column": row.column}
        # A format was for the other attribute.
        kept.pop("source_format", None)
        return {**kept, **origin, "attribute": attribute}

    def _another(self, rows: list[MappingRow], index: int) -> "Line | None":
        attribute = self._asked(rows, index, default=_AS_IT_IS)
        return rows[index].line if attribute == _AS_IT_IS else self._to(rows[index], attribute)

    def _new(self, rows: list[MappingRow], index: int) -> "Line":
        row = rows[index]
        name = door.sync("drafts").name_of(row.column or "")
        attribute = self._asked(rows, index, may_be_new=True, default=name or None)
        if self.project.catalog.attribute(self.object_name, attribute) is not None:
            return self._to(row, attribute)
        proposed = None if row.proposal is None else row.proposal.new_type
        return {**self._to(row, attribute), "new": {"type": self._type(proposed)}}

    def _type(self, proposed: str | None) -> str:
        default = _NEW_TYPES.index(proposed) + 1 if proposed in _NEW_TYPES else 1
        return _NEW_TYPES[choose(self.session, "Its type", _NEW_TYPES, default=default)]

    def _asked(
        self,
        rows: list[MappingRow],
        index: int | None,
        *,
        may_be_new: bool = False,
        insist: bool = False,
        default: str | None = None,
    ) -> str:
        catalog = self.project.catalog
        typed: list[str] = []

        def wrong(name: str) -> str | None:
            if not self._is_free(rows, index, name):
                return f"{name} has a line already; an attribute takes one value."
            if name == default or catalog.attribute(self.object_name, name) is not None:
                return None
            if may_be_new and (not insist or name in typed):
                return None
            typed.append(name)
            meant = " or ".join(catalog.suggestions(self.object_name, name))
            hint = f" Did you mean {meant}?" if meant else ""
            hint += " Type it once more to add it as a new one." if may_be_new else ""
            return f"{name!r} is not an attribute of {self.object_name}.{hint}"

        answer = ask(self.session, "Attribute", default=default, wrong=wrong)
        known = catalog.attribute(self.object_name, answer)
        return answer if known is None else known.name

    def _is_free(self, rows: list[MappingRow], index: int | None, attribute: str) -> bool:
        others = [row.line for at, row in enumerate(rows) if at != index and row.line is not None]
        same = door.integrations("text_edits").line_index(
            [dict(line) for line in others], attribute
        )
        return same is None


def _is_action(count: int) -> Callable[[str], str | None]:
    def wrong(answer: str) -> str | None:
        named = answer.isdecimal() and 1 <= int(answer) <= count
        if named or answer in ("ok", "+", _ALL):
            return None
        return (
            f"Press Enter, or answer with +, or with the number of one of {plural(count, 'line')}."
        )

    return wrong


def _shown(reading: "Reading") -> str:
    how = "without a format" if reading.source_format is None else reading.source_format
    return f"{how}: {reading.sample} is {reading.value}"

"""How well automap maps columns whose right attribute a person has labelled.

    python benchmarks/automap.py                       # ../shared/data beside the repository
    python benchmarks/automap.py --data columns.csv --catalog catalog.json --sweep --mistakes

The data has one line a column: table, object, column, target ('' = leave unmapped), accept (targets
that count as right, `|` between them) and samples (a JSON list). Each table is proposed as a whole.
"""

import argparse
import csv
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from totango_pipelines.catalog.attributes import DataType, normalised_name
from totango_pipelines.catalog.catalog import Catalog, custom_attribute
from totango_pipelines.mapping.automap.automap import SUGGESTED, ColumnSample, automap

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
OBJECTS = {"foreign_keys": "accounts_foreign_keys"}
# A foreign key has a name of its own here.
RENAMED = {"foreign_key": "Foreign Key ID"}
TYPES = {"lifecycle": "list", "Foreign Key ID": "foreign_key"}
# Loaders of the same system speak the same words.
VENDORS = [
    "salesforce",
    "hubspot",
    "zendesk",
    "stripe",
    "intercom",
    "jira",
    "pendo",
    "zuora",
    "recurly",
    "asana",
    "mixpanel",
    "amplitude",
    "pipedrive",
    "similarweb",
    "segment",
    "totango",
]
SWEEP = (0.50, 0.55, 0.60, 0.65, 0.70, 0.75, 0.80, 0.85, 0.90, 0.95)


@dataclass(frozen=True)
class Labelled:
    table: str
    object_name: str
    column: str
    accepted: frozenset[str]
    samples: tuple[str, ...]

    @property
    def vendor(self) -> str:
        """The table's vendor; a table of nobody we know is its own."""
        return next((name for name in VENDORS if name in self.table.lower()), self.table)


@dataclass(frozen=True)
class Answer:
    """What automap said of a labelled column; `right` also when it rightly left it unmapped."""

    labelled: Labelled
    attribute: str | None
    score: float
    ticked: bool

    @property
    def right(self) -> bool:
        if self.attribute is None:
            return not self.labelled.accepted
        return normalised_name(self.attribute) in self.labelled.accepted


@dataclass(frozen=True)
class Figures:
    """Precision: of the mapped ones; recall (= top-1): of those that have a target."""

    targets: int
    mapped: int
    right: int
    wrong_target: int
    should_be_unmapped: int
    ticked: int
    ticked_right: int

    @property
    def precision(self) -> float:
        return self.right / self.mapped if self.mapped else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.targets if self.targets else 1.0

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def read_labelled(path: Path) -> list[Labelled]:
    with path.open(newline="", encoding="utf-8") as file:
        return [
            Labelled(
                row["table"],
                OBJECTS.get(row["object"], row["object"]),
                row["column"],
                frozenset(
                    normalised_name(RENAMED.get(name, name))
                    for name in (row["target"], *row["accept"].split("|"))
                    if name and row["target"]
                ),
                tuple(json.loads(row["samples"] or "[]")),
            )
            for row in csv.DictReader(file)
        ]


def read_catalogs(path: Path) -> dict[str, Catalog]:
    """By object: the standard catalogue, and the file's further attributes of that object."""
    catalogs = {}
    for name, attributes in json.loads(path.read_text(encoding="utf-8")).items():
        object_name = OBJECTS.get(name, name)
        catalog = Catalog.standard()
        for each in attributes:
            attribute = RENAMED.get(each["id"], each["id"])
            if catalog.attribute(object_name, attribute) is not None:
                continue
            kind = TYPES.get(attribute) or TYPES.get(each["type"]) or each["type"]
            new = custom_attribute(object_name, attribute, DataType(kind))
            catalog, conflicts = catalog.with_attributes(object_name, [new])
            for conflict in conflicts:
                print(f"left out {object_name}.{attribute}: {conflict.problem}")
        catalogs[object_name] = catalog
    return catalogs


def answers_for(
    catalogs: Mapping[str, Catalog],
    labelled: Sequence[Labelled],
    *,
    threshold: float = SUGGESTED,
    unlearned: str | None = None,
) -> list[Answer]:
    tables: dict[tuple[str, str], list[Labelled]] = defaultdict(list)
    for each in labelled:
        tables[each.table, each.object_name].append(each)
    answers = []
    for (_, object_name), rows in tables.items():
        columns = [ColumnSample(row.column, row.samples) for row in rows]
        proposals = automap(
            catalogs[object_name], object_name, columns, threshold=threshold, unlearned=unlearned
        )
        by_column = {proposal.column: proposal for proposal in proposals}
        for row in rows:
            said = by_column[row.column]
            answers.append(Answer(row, said.attribute, said.score, said.ticked))
    return answers


def leaving_one_vendor_out(
    catalogs: Mapping[str, Catalog], labelled: Sequence[Labelled], threshold: float = SUGGESTED
) -> list[Answer]:
    """Each vendor's tables, judged without the words that were learned from that vendor."""
    answers = []
    for vendor in sorted({each.vendor for each in labelled}):
        own = [each for each in labelled if each.vendor == vendor]
        answers += answers_for(catalogs, own, threshold=threshold, unlearned=vendor)
    return answers


def figures(answers: Iterable[Answer]) -> Figures:
    answers = list(answers)
    mapped = [each for each in answers if each.attribute is not None]
    ticked = [each for each in mapped if each.ticked]
    return Figures(
        targets=sum(1 for each in answers if each.labelled.accepted),
        mapped=len(mapped),
        right=sum(1 for each in mapped if each.right),
        wrong_target=sum(1 for each in mapped if each.labelled.accepted and not each.right),
        should_be_unmapped=sum(1 for each in mapped if not each.labelled.accepted),
        ticked=len(ticked),
        ticked_right=sum(1 for each in ticked if each.right),
    )


HEADER = (
    f"{'':<26}{'columns':>8}{'top-1':>8}{'prec.':>8}{'recall':>8}{'F1':>8}"
    f"{'wrong':>7}{'extra':>7}{'ticked':>8}{'t.prec.':>9}"
)


def line(name: str, answers: Sequence[Answer]) -> str:
    f = figures(answers)
    ticked_precision = f.ticked_right / f.ticked if f.ticked else 1.0
    return (
        f"{name:<26}{len(answers):>8}{f.recall:>8.3f}{f.precision:>8.3f}{f.recall:>8.3f}"
        f"{f.f1:>8.3f}{f.wrong_target:>7}{f.should_be_unmapped:>7}{f.ticked:>8}"
        f"{ticked_precision:>9.3f}"
    )


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA / "automap_dev.csv")
    parser.add_argument("--catalog", type=Path, default=DATA / "automap_catalog.json")
    parser.add_argument("--threshold", type=float, default=SUGGESTED)
    parser.add_argument("--sweep", action="store_true", help="the same for several thresholds")
    parser.add_argument("--mistakes", action="store_true", help="list what went wrong")
    return parser.parse_args()


def main() -> int:
    given = arguments()
    missing = [path for path in (given.data, given.catalog) if not path.is_file()]
    if missing:
        print(f"There is no {missing[0]}. Name the labelled columns with --data and --catalog.")
        return 1
    labelled = read_labelled(given.data)
    catalogs = read_catalogs(given.catalog)
    answers_for(catalogs, labelled)  # reads the words once, as a process does
    tables = len({(each.table, each.object_name) for each in labelled})
    started = time.perf_counter()
    everything = answers_for(catalogs, labelled, threshold=given.threshold)
    each_table = (time.perf_counter() - started) / tables * 1000
    left_out = leaving_one_vendor_out(catalogs, labelled, given.threshold)
    print(f"{len(labelled)} columns, {tables} tables; threshold {given.threshold:.2f}")
    print("wrong: another attribute is right; extra: should have been left unmapped")
    print(HEADER)
    print(line("all words", everything))
    print(line("leave one vendor out", left_out))
    for vendor in sorted({each.vendor for each in labelled}):
        print(line(f"  without {vendor}'s", [e for e in left_out if e.labelled.vendor == vendor]))
    print(f"{each_table:.1f} ms per table")
    if given.mistakes:
        print_mistakes(left_out)
    if given.sweep:
        print(HEADER)
        for threshold in SWEEP:
            answers = leaving_one_vendor_out(catalogs, labelled, threshold)
            print(line(f"threshold {threshold:.2f}", answers))
    return 0


def print_mistakes(answers: Iterable[Answer]) -> None:
    for each in answers:
        if not each.right:
            wanted = "|".join(sorted(each.labelled.accepted)) or "(unmapped)"
            said = each.attribute or "(unmapped)"
            where = f"{each.labelled.table}.{each.labelled.column}"
            print(f"  {where}: {said} {each.score:.2f}, should be {wanted}")


if __name__ == "__main__":
    sys.exit(main())

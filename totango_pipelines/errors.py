"""Everything that can go wrong, sorted by what to do next.

TotangoPipelinesError
├── UserError                    change a file, a query or the data; never retried; exit code 1
│   ├── DeclarationError         a declared file is wrong: carries every Problem found
│   ├── QueryRefusedError        the guard refuses the query, or the source cannot run it
│   │   └── PrivilegedUserError  the connection's user can do more than any query should
│   ├── LoginRefusedError        the source knows no such user, or not by this password
│   ├── MappingInvalidError      the mapping does not fit the preview: carries every Problem
│   ├── TooManyRejectsError      more rejected rows than the integration allows
│   ├── HeldOpenError            rows that wait for the next run cannot be kept, or no longer fit
│   ├── ReplayRefusedError       a past run cannot be repeated over its stored extract
│   ├── UnknownNameError         no such integration, run, file or token
│   ├── TokenRefusedError        a token cannot be made as asked
│   ├── ListeningError           the Trigger API cannot, or must not, listen where it was told
│   └── RequestRefusedError      the Trigger API refuses a request: carries the problem's code
└── SystemFaultError             the declared work is fine; exit code 3
    ├── RetriableError           trying again may help
    │   ├── SourceUnavailableError
    │   ├── HubUnavailableError
    │   └── OperationsBusyError  others write to operations.db for too long
    ├── OperationsStoreError     operations.db cannot be read or written
    ├── NotSentError             a notification did not reach its target; it is tried again
    ├── HubNotWritableError      the hub is read-only
    ├── LeaseLostError           a later run of the integration took over
    ├── StagedFileError          a staged file is missing, truncated or altered
    ├── HubSchemaError           the hub's tables are not what this version writes
    └── CountsIdentityError      the run cannot account for every row: nothing is committed
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a problem matters: an error stops the integration, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend in a declared file.

    `file` is relative to the project folder, `line` is 1-based (None: the file as a whole) and
    `path` is the key path inside the file, e.g. `mapping[2].source_format`.
    """

    file: str
    line: int | None
    path: str
    code: str
    problem: str
    remedy: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        """Where, what was seen, the rule, the next move, on one line."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        where = f"{place} {self.path}" if self.path else place
        return f"{where} {self.problem} {self.remedy}".strip()


def errors_among(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Only the problems that stop an integration."""
    return tuple(problem for problem in problems if problem.severity is Severity.ERROR)


class TotangoPipelinesError(Exception):
    """The root: catch it to catch everything this package raises on purpose."""

    exit_code = 3


class UserError(TotangoPipelinesError):
    """The user's input or data is at fault; trying again changes nothing."""

    exit_code = 1


class _ProblemsError(UserError):
    """An error that carries every problem found, not only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class DeclarationError(_ProblemsError):
    """A declared file breaks the rules of contract.md."""


class MappingInvalidError(_ProblemsError):
    """The mapping does not fit the columns, types or rows of the preview."""


class QueryRefusedError(UserError):
    """The query is not one read-only SELECT, or the source cannot run it."""


class PrivilegedUserError(QueryRefusedError):
    """The connection's user could reach the server's files and settings."""


class LoginRefusedError(UserError):
    """The source refuses the user or the password; trying again may lock the account."""


class ExpressionTooSlowError(UserError):
    """An expression of the mapping took longer than it may."""


class TooManyRejectsError(UserError):
    """More rows were rejected than `reject_allowance` and `max_reject_ratio` allow."""


class HeldOpenError(UserError):
    """Rows that were not delivered cannot be kept for the next run, or no longer fit it."""


class ReplayRefusedError(UserError):
    """A past run's extract is gone, or repeating it would write rows twice."""


class UnknownNameError(UserError):
    """Something was asked for by a name that nothing has."""


class TokenRefusedError(UserError):
    """A token was asked for that could do nothing, or that nobody could tell from others."""


class ListeningError(UserError):
    """The address is taken, or reaches beyond this machine while there is no live token."""


class RequestRefusedError(UserError):
    """The Trigger API refuses a request.

    `code` is one of api/problems.py, which knows its status; `headers` go with the answer and
    `errors` are the fields at fault, each with what is wrong.
    """

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[Mapping[str, str]] = (),
    ) -> None:
        self.code, self.detail = code, detail
        self.headers, self.errors = dict(headers or {}), tuple(errors)
        super().__init__(detail)


class SystemFaultError(TotangoPipelinesError):
    """The declared work is right; the system around it failed."""


class RetriableError(SystemFaultError):
    """Trying again after a while may help."""


class SourceUnavailableError(RetriableError):
    """The connection could not be opened, or it dropped."""


class HubUnavailableError(RetriableError):
    """The hub could not be opened, is locked or dropped the connection."""


class ModelUnavailableError(RetriableError):
    """The language model does not answer, or not in the form that it should."""


class SuggestionRefusedError(UserError):
    """What a language model suggested is no query that may be run."""


class OperationsBusyError(RetriableError):
    """Another process held `operations.db` for longer than a writer waits."""


class OperationsStoreError(SystemFaultError):
    """`operations.db` cannot be opened, read or written."""


class NotSentError(SystemFaultError):
    """A notification did not reach its target; no message of it holds the target's URL."""


class HubNotWritableError(SystemFaultError):
    """The hub, or its folder, is read-only."""


class LeaseLostError(SystemFaultError):
    """A later run of the same integration took its lease; this one wrote nothing."""


class StagedFileError(SystemFaultError):
    """A staged file is missing, or is not what its manifest says."""


class HubSchemaError(SystemFaultError):
    """The hub's tables do not fit this version and cannot be migrated safely."""


class CountsIdentityError(SystemFaultError):
    """The counts of a run do not add up to the rows it read (semantics.md 7)."""

"""The documentation page: plain HTML from the OpenAPI, without scripts or anything from outside."""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

from totango_pipelines.api.problems import PROBLEMS

_STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
    "color-scheme:light dark}pre{overflow-x:auto;padding:.75rem;border:1px solid}"
    "table{border-collapse:collapse}td,th{border:1px solid;padding:.25rem .5rem;text-align:left;"
    "vertical-align:top}"
)
_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
PAGE_HEADERS: Final = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
}
"""The browser loads nothing and runs nothing."""
_EXAMPLES: Final = {"integration": "crm_accounts", "run_id": "RUN_ID", "what": "rejects"}
_EXAMPLE_BODY: Final = '{"mode": "incremental"}'


def page(openapi: Mapping[str, Any]) -> str:
    """The page for a description of the API."""
    return "".join(_parts(openapi))


def _parts(openapi: Mapping[str, Any]) -> Iterator[str]:
    title = escape(openapi["info"]["title"])
    yield f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
    yield '<meta name="viewport" content="width=device-width">'
    yield f"<style>{_STYLE}</style></head><body><main><h1>{title}</h1>"
    yield f"<p>{escape(openapi['info']['description'])} The examples take the token from "
    yield "<code>$TOKEN</code> and the server's address from <code>$SERVER</code>. For programs: "
    yield '<a href="/api/v1/openapi.json">/api/v1/openapi.json</a>.</p>'
    for path, operations in openapi["paths"].items():
        for method, operation in operations.items():
            yield from _operation(method.upper(), path, operation)
    yield "<h2>Problems</h2><p>Every refusal is an <code>application/problem+json</code> "
    yield "(RFC 9457) with one of these codes.</p>"
    rows = [
        f'<tr id="{escape(code)}"><td><code>{escape(code)}</code></td><td>{status}</td>'
        f"<td>{escape(text)}</td></tr>"
        for code, (status, text) in PROBLEMS.items()
    ]
    yield f"<table><tr><th>code</th><th>status</th><th>means</th></tr>{''.join(rows)}</table>"
    yield "</main></body></html>\n"


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> Iterator[str]:
    yield f"<section><h2><code>{method} {escape(path)}</code></h2>"
    for paragraph in operation.get("description", "").split("\n\n"):
        yield f"<p>{escape(paragraph)}</p>"
    yield f"<pre>{escape(curl(method, path, operation))}</pre>"
    rows = [_parameter(each) for each in operation.get("parameters", ())]
    if rows:
        yield "<table><tr><th>parameter</th><th>in</th><th>means</th></tr>"
        yield f"{''.join(rows)}</table>"
    yield "<p>Answers: "
    yield "; ".join(
        f"<strong>{escape(str(status))}</strong> {escape(answer['description'])}"
        for status, answer in operation["responses"].items()
    )
    yield "</p></section>"


def curl(method: str, path: str, operation: Mapping[str, Any]) -> str:
    """A call of an address, ready to paste into a shell."""
    for name, example in _EXAMPLES.items():
        path = path.replace(f"{{{name}}}", example)
    words = ["curl"] if method == "GET" else ["curl", "-X", method]
    if operation.get("security"):
        words += ["-H", '"Authorization: Bearer $TOKEN"']
    if "requestBody" in operation:
        words += ["-H", '"Idempotency-Key: $(uuidgen)"', "-H", '"Content-Type: application/json"']
        words += ["-d", f"'{_EXAMPLE_BODY}'"]
    return " ".join([*words, f'"$SERVER{path}"'])


def _parameter(parameter: Mapping[str, Any]) -> str:
    said = parameter.get("description", "")
    shown = f"<code>{escape(parameter['name'])}</code>"
    return f"<tr><td>{shown}</td><td>{escape(parameter['in'])}</td><td>{escape(said)}</td></tr>"

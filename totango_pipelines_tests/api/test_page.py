"""The documentation page."""

import re
from html.parser import HTMLParser

from totango_pipelines.api.page import PAGE_HEADERS, page
from totango_pipelines.api.problems import PROBLEMS


class Seen(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.tags, self.ids, self.places = [], set(), set(), []

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        found = dict(attributes)
        self.ids.add(found.get("id"))
        self.places += [found[name] for name in ("href", "src") if name in found]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_shows_every_address_and_loads_nothing(served):
    answer = served.call("GET", "/docs")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    seen = Seen()
    seen.feed(answer.text)
    seen.close()
    assert seen.open == []
    assert not seen.tags & {"script", "link", "img", "iframe", "form"}
    assert seen.places == ["/api/v1/openapi.json"]
    assert set(PROBLEMS) <= seen.ids
    for path, operations in served.call("GET", "/api/v1/openapi.json").json()["paths"].items():
        for method in operations:
            assert f"{method.upper()} {path}" in answer.text
    assert (
        "curl -X POST -H &quot;Authorization: Bearer $TOKEN&quot; "
        "-H &quot;Idempotency-Key: $(uuidgen)&quot; "
        "-H &quot;Content-Type: application/json&quot; "
        "-d &#x27;{&quot;mode&quot;: &quot;incremental&quot;}&#x27; "
        "&quot;$SERVER/api/v1/integrations/crm_accounts/runs&quot;"
    ) in answer.text
    assert "curl &quot;$SERVER/api/v1/health&quot;" in answer.text


def test_the_address_of_a_problem_is_on_the_page(served):
    problem = served.call("GET", "/nothing").json()
    assert problem["type"] == "/docs#not_found"
    assert 'id="not_found"' in served.call("GET", "/docs").text


def test_what_a_description_says_is_shown_as_text():
    operation = {
        "description": "<script>alert(1)</script>",
        "parameters": [{"name": "<b>", "in": "query", "description": "&"}],
        "responses": {"200": {"description": "<i>"}},
    }
    shown = page(
        {"info": {"title": "<t>", "description": ""}, "paths": {"/<p>": {"get": operation}}}
    )
    seen = Seen()
    seen.feed(shown)
    known = {"html", "head", "meta", "title", "style", "body", "main", "section", "h1", "h2", "p"}
    assert seen.tags <= known | {"a", "code", "pre", "table", "tr", "th", "td", "strong"}
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown


def test_the_policy_allows_the_pages_own_style_only():
    policy = PAGE_HEADERS["Content-Security-Policy"]
    assert re.search(r"style-src 'sha256-[A-Za-z0-9+/]{43}='", policy)
    assert "unsafe" not in policy

"""Asking a model: an endpoint that answers well, badly, late or not at all."""

import time
from dataclasses import replace

import pytest

from totango_pipelines.errors import ModelUnavailableError, UserError
from totango_pipelines.language_model import LanguageModel
from totango_pipelines_tests.language_model_server import model_server

ASKED = [{"role": "user", "content": "say it"}]


@pytest.fixture(scope="module")
def running():
    with model_server() as server:
        yield server


@pytest.fixture
def server(running):
    fresh = type(running)()
    for name in ("answer", "status", "waits", "drips", "asked", "keys"):
        setattr(running, name, getattr(fresh, name))
    return running


def test_it_answers_with_what_the_model_says(server):
    server.answer = "SELECT 2"
    assert LanguageModel.of(server.variables()).answer(ASKED) == "SELECT 2"
    assert server.asked == [{"model": "test-model", "messages": ASKED}]
    assert server.keys == ["Bearer sk-secret"]


def test_without_a_key_none_is_sent(server):
    LanguageModel.of(server.variables(key="")).answer(ASKED)
    assert server.keys == [None]


def test_a_model_that_says_nothing_says_nothing(server):
    server.answer = None
    assert LanguageModel.of(server.variables()).answer(ASKED) == ""


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"<html>", b"{}", b'{"choices": []}', b'{"choices": [{"message": {"content": 5}}]}'),
        *(b'{"choices": {"0": 1}}', b'{"choices": [{"message": null}]}', b"[" * 100_000, b"\xff"),
    ],
    ids=lambda body: body[:20].decode("latin-1"),
)
def test_a_malformed_answer_is_told(server, body):
    server.answer = body
    with pytest.raises(ModelUnavailableError, match="not answer in the form"):
        LanguageModel.of(server.variables()).answer(ASKED)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, UserError),
        (404, UserError),
        (429, ModelUnavailableError),
        (500, ModelUnavailableError),
    ],
)
def test_a_refusal_is_told_without_its_words(server, status, error):
    server.status, server.answer = status, b"wrong key sk-secret"
    with pytest.raises(error, match=f"HTTP {status}") as told:
        LanguageModel.of(server.variables()).answer(ASKED)
    assert "sk-secret" not in str(told.value)


def test_a_redirect_is_not_followed(server):
    server.status = 307
    with pytest.raises(UserError, match="has moved"):
        LanguageModel.of(server.variables()).answer(ASKED)
    assert len(server.asked) == 1


@pytest.mark.parametrize("how", [{"waits": 3.0}, {"drips": True, "answer": b"x" * 200}])
def test_a_slow_one_is_left_at_the_deadline(server, how):
    for name, value in how.items():
        setattr(server, name, value)
    model = replace(LanguageModel.of(server.variables()), deadline=0.5)
    began = time.monotonic()
    with pytest.raises(ModelUnavailableError, match=r"within 0\.5 s"):
        model.answer(ASKED)
    assert time.monotonic() - began < 3


def test_an_endless_answer_is_cut_off(server):
    server.answer = b"x" * 2_000_000
    with pytest.raises(ModelUnavailableError, match="longer than 1 MiB"):
        LanguageModel.of(server.variables()).answer(ASKED)


def test_an_endpoint_that_is_not_there_is_told(server):
    model = replace(LanguageModel.of(server.variables()), url="http://127.0.0.1:9/v1")
    with pytest.raises(ModelUnavailableError, match="cannot be reached"):
        model.answer(ASKED)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "TOTANGO_MODEL_URL is not set"),
        ("ftp://api.example.com", "no plain URL"),
        ("https://user:hunter2@api.example.com/v1", "no plain URL"),
        ("https://api.example.com/v1?key=hunter2", "no plain URL"),
        ("https://", "no plain URL"),
        ("http://[hunter2", "in the clear"),
        ("http://api.example.com/v1", "in the clear"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused_and_not_repeated(url, said):
    with pytest.raises(UserError, match=said) as told:
        LanguageModel.of({"TOTANGO_MODEL_URL": url, "TOTANGO_MODEL_NAME": "m"})
    assert "hunter2" not in str(told.value)


def test_the_key_is_not_shown(server):
    assert "sk-secret" not in repr(LanguageModel.of(server.variables()))

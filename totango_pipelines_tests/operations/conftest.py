from datetime import UTC, datetime

import pytest

from totango_pipelines.operations.store import OperationsStore, operations_path


@pytest.fixture
def noon():
    return datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path):
    return OperationsStore(operations_path(tmp_path / "home"))

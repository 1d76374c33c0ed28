import pytest

from totango_pipelines.operations.roles import NEEDED_ROLE, Permission, Role


def test_each_role_includes_the_one_before():
    order = [Role.VIEWER, Role.OPERATOR, Role.ADMIN]
    for place, role in enumerate(order):
        assert [role.includes(other) for other in order] == [other <= place for other in range(3)]


def test_every_permission_has_a_row():
    assert set(NEEDED_ROLE) == set(Permission)


@pytest.mark.parametrize(
    ("permission", "roles"),
    [
        (Permission.READ, {Role.VIEWER, Role.OPERATOR, Role.ADMIN}),
        (Permission.ASK_FOR_RUN, {Role.OPERATOR, Role.ADMIN}),
        (Permission.DOWNLOAD, {Role.OPERATOR, Role.ADMIN}),
        (Permission.REBUILD_MAPPING, {Role.ADMIN}),
    ],
)
def test_who_may_do_what(permission, roles):
    assert {role for role in Role if role.includes(NEEDED_ROLE[permission])} == roles

import pytest

from app.errors import NotAllowedError
from app.records.who import Act, Actor, Role


@pytest.mark.parametrize(
    ("role", "refused"),
    [
        (Role.READER, {"review", "edit", "archive", "merge", "delete", "restore", "purge", "import"}),
        (Role.REVIEWER, {"delete", "restore", "purge", "import"}),
        (Role.ADMIN, set()),
    ],
)
def test_what_a_role_may_do(role, refused):
    assert {act.value for act in Act if not Actor("Ada", role).may(act)} == refused


def test_a_refusal_says_which_role_it_takes():
    Actor("Ada", Role.ADMIN).require(Act.DELETE)
    with pytest.raises(NotAllowedError, match="A reviewer may not delete here; that takes the role admin"):
        Actor("Viv", Role.REVIEWER).require(Act.DELETE)

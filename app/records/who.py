"""Who does something, and what a role may do."""

from dataclasses import dataclass
from enum import StrEnum

from app.errors import NotAllowedError


class Role(StrEnum):
    """What somebody is in the reading room; each may do what the one before may, and more."""

    READER = "reader"
    REVIEWER = "reviewer"
    ADMIN = "admin"


class Act(StrEnum):
    """What is done, as the audit log names it."""

    SIGN_IN = "sign in"
    VIEW = "view"
    SEGMENT = "segment"
    SAVE = "save"
    EXPORT = "export"
    ADD = "add"
    REVIEW = "review"
    EDIT = "edit"
    ARCHIVE = "archive"
    MERGE = "merge"
    DELETE = "delete"
    RESTORE = "restore"
    PURGE = "purge"
    IMPORT = "import"


_FROM = {Act.REVIEW: Role.REVIEWER, Act.EDIT: Role.REVIEWER, Act.ARCHIVE: Role.REVIEWER, Act.MERGE: Role.REVIEWER} | {
    act: Role.ADMIN for act in (Act.DELETE, Act.RESTORE, Act.PURGE, Act.IMPORT)
}
"""The lowest role that may do it; a reader may do what is not named here."""


@dataclass(frozen=True)
class Actor:
    """Somebody who does something."""

    name: str
    """As the sign-in gives it, or of the command line's user; never empty."""
    role: Role

    def may(self, act: Act) -> bool:
        """Whether the role allows it."""
        order = list(Role)
        return order.index(self.role) >= order.index(_FROM.get(act, Role.READER))

    def require(self, act: Act) -> None:
        """Raises NotAllowedError where the role does not allow it."""
        if not self.may(act):
            raise NotAllowedError(
                f"A {self.role} may not {act} here; that takes the role {_FROM[act]}. Ask somebody who has it."
            )

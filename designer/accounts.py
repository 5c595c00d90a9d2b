"""Accounts: made on the command line; a password is kept as an Argon2 hash."""

import uuid

from argon2 import PasswordHasher
from sqlalchemy import Engine, select

from designer.tables import Role, User
from runtime.db import transaction

ROLES = {
    "viewer": "looks at everything, changes nothing",
    "operator": "edits drafts",
    "publisher": "edits and publishes",
    "agent": "answers visitors",
    "admin": "may do everything",
}


def add(engine: Engine, email: str, password: str, roles: list[str], name: str = "") -> None:
    """Make an account, or give an existing one a new password and these roles."""
    with transaction(engine) as database:
        for role, description in ROLES.items():
            if database.scalar(select(Role).where(Role.name == role)) is None:
                database.add(Role(name=role, description=description))
        database.flush()
        user = database.scalar(select(User).where(User.email == email))
        if user is None:
            user = User(email=email, fs_uniquifier=uuid.uuid4().hex, active=True, roles=[])
            database.add(user)
        user.name = name or user.name or email.split("@", maxsplit=1)[0]
        user.password = PasswordHasher().hash(password)
        user.roles = list(database.scalars(select(Role).where(Role.name.in_(roles))))


class LastAdmin(Exception):
    """Nobody else could administer any more."""


def everyone(engine: Engine) -> list[User]:
    """List every account."""
    with transaction(engine, writes=False) as database:
        return list(database.scalars(select(User).order_by(User.email)))


def exists(engine: Engine, email: str) -> bool:
    """Say whether an address has an account."""
    with transaction(engine, writes=False) as database:
        return database.scalar(select(User.id).where(User.email == email)) is not None


def change(engine: Engine, number: int, roles: list[str], active: bool) -> str:
    """Give an account these roles, or switch it off; LastAdmin where nobody would be left."""
    with transaction(engine) as database:
        user = database.get_one(User, number)
        admins = [
            other
            for other in database.scalars(select(User).where(User.active))
            if other.id != number and any(role.name == "admin" for role in other.roles)
        ]
        if not admins and not ("admin" in roles and active):
            raise LastAdmin(user.email)
        user.roles = list(database.scalars(select(Role).where(Role.name.in_(roles))))
        user.active = active
        return user.email

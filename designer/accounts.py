"""Accounts: made on the command line; a password is kept as an Argon2 hash."""

import uuid

from argon2 import PasswordHasher
from sqlalchemy import Engine, select

from designer.tables import Role, User
from runtime.db import transaction

ROLES = {
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

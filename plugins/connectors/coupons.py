"""The embedded coupon book: issues a coupon to a visitor, once for each key.

A shop with a coupon system of its own replaces this module by one that calls it with the same key.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from runtime.db import transaction
from runtime.errors import ConnectorFailed
from runtime.hookspecs import Connector, hookimpl
from runtime.tables import CouponIssue

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True)
class Coupons:
    """Gives a coupon a code; the same key always gives the same code."""

    engine: Engine
    key: str = "coupons"

    def call(self, arguments: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        """Issue one coupon to `visitor`; returns its `code`."""
        expires = arguments.get("expires")
        issue = CouponIssue(
            key=key,
            visitor=arguments["visitor"],
            coupon=arguments["coupon"],
            code="".join(secrets.choice(_LETTERS) for _ in range(10)),
            expires_at=datetime.fromtimestamp(expires, UTC) if expires else None,
        )
        try:
            with transaction(self.engine) as database:
                kept = database.get(CouponIssue, key)
                if kept is None:
                    database.add(issue)
                    kept = issue
                return {"code": kept.code}
        except SQLAlchemyError as error:  # Or another relay was quicker: the next try finds it.
            raise ConnectorFailed("%(name)s did not answer", name=self.key) from error


@hookimpl
def register_connectors(engine: Engine) -> list[Connector]:
    """Bring one connector."""
    return [Coupons(engine)]

"""People and what they may do; and the list of everything that was done."""

import secrets

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from designer import accounts, audit
from designer.access import author, needs
from designer.fragments import show
from designer.publishing import note
from designer.workspace import engine

bp = Blueprint("people", __name__)


@bp.get("/people")
@needs("administer")
def page() -> Response:
    """Show every account and its roles."""
    return _show()


@bp.post("/people")
@needs("administer")
def add() -> Response:
    """Make an account with a password that is shown once."""
    email = request.form.get("email", "").strip().lower()
    roles = [role for role in request.form.getlist("roles") if role in accounts.ROLES]
    if "@" not in email or len(email) > 255 or not roles:
        return _show(_("An account needs an e-mail address and at least one role."), 422)
    if accounts.exists(engine(), email):
        return _show(_("There is an account with this address already."), 422)
    password = secrets.token_urlsafe(9)
    accounts.add(engine(), email, password, roles, request.form.get("name", "").strip()[:60])
    note(engine(), author(), "account made", f"{email}: {', '.join(roles)}")
    said = _("Account made. Password of %(email)s, shown this once: %(password)s")
    return _show(said % {"email": email, "password": password})


@bp.post("/people/<int:number>")
@needs("administer")
def change(number: int) -> Response:
    """Change what somebody may do; the last admin stays one."""
    roles = [role for role in request.form.getlist("roles") if role in accounts.ROLES]
    active = request.form.get("active") == "1"
    try:
        email = accounts.change(engine(), number, roles, active)
    except accounts.LastAdmin:
        return _show(_("Somebody has to be an admin: make another one first."), 422)
    note(engine(), author(), "account changed", f"{email}: {', '.join(roles) or '-'}")
    return _show(_("Saved."))


@bp.get("/audit")
@needs("administer")
def everything() -> Response:
    """Show everything that was done, the newest first."""
    before = request.args.get("before", "")
    who, what = request.args.get("who", "").strip(), request.args.get("what", "").strip()
    lines = audit.lines(engine(), before, who, what)
    return show("people", "audit", lines=lines, who=who, what=what)


def _show(notice: str = "", status: int = 200) -> Response:
    values = {"users": accounts.everyone(engine()), "roles": list(accounts.ROLES)}
    return show("people", "list", status, **values, notice=notice, failed=status >= 400)

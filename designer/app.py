"""Makes the Flask application of the designer: sign-in, languages, security headers, screens."""

from datetime import timedelta

from flask import Flask, Response, redirect, request, url_for
from flask_babel import Babel, format_date, get_locale
from flask_security import MailUtil, Security, SQLAlchemySessionUserDatastore, current_user
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from sqlalchemy.orm import scoped_session, sessionmaker
from werkzeug.wrappers import Response as AnyResponse

from designer import (
    access,
    audit_words,
    condition_trees,
    deed_forms,
    experiment_words,
    fact_words,
    rule_words,
    standing_words,
    titles,
    value_words,
    why_words,
    wording,
)
from designer.fragments import asset_version, show_error
from designer.pages import (
    canvas,
    connectors,
    decisions,
    design,
    experiments,
    facts,
    finding,
    flow_history,
    flow_list,
    flows,
    health,
    home,
    imports,
    inbox,
    inspector,
    nlu,
    nlu_entities,
    nlu_evaluation,
    nlu_mood,
    nlu_rasa,
    overlay,
    people,
    planned,
    rehearsals,
    releases,
    rules,
    script_bulk,
    scripts,
    segments,
    settings,
    simulations,
    starting,
    tryout,
    yaml_view,
)
from designer.tables import Role, User
from designer.thumbnails import thumbnail
from runtime.nlu.sentiment import score
from runtime.services import Portal
from runtime.settings import Settings, kept_secret

LANGUAGES = ("zh", "en")
BLUEPRINTS = (
    home,
    starting,
    imports,
    flows,
    canvas,
    inspector,
    finding,
    flow_history,
    flow_list,
    overlay,
    tryout,
    yaml_view,
    script_bulk,
    scripts,
    nlu,
    nlu_entities,
    nlu_evaluation,
    nlu_mood,
    nlu_rasa,
    rules,
    rehearsals,
    experiments,
    segments,
    connectors,
    decisions,
    facts,
    settings,
    simulations,
    health,
    releases,
    planned,
    people,
    inbox,
    design,
)
OPEN_TO_ALL = (
    "static",
    "security.login",
    "home.language",
    "home.theme",
    "tryout.shared",
    "tryout.shared_talk",
)
"""What needs no account; a shared draft is let in by the signature of its link."""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
        "frame-ancestors 'none'; base-uri 'self'; form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


def make_designer(settings: Settings, portal: Portal) -> Flask:
    """Make the application; everything it reaches goes through the portal."""
    app = Flask("designer", static_folder="static", template_folder="templates")
    secret = settings.secret_key or kept_secret(settings, "secret-key")
    app.config.update(
        SECRET_KEY=secret,
        MAX_CONTENT_LENGTH=40 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
        MAX_FORM_PARTS=5_000,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_NAME="dialoom",
        PERMANENT_SESSION_LIFETIME=timedelta(days=7),
        BABEL_TRANSLATION_DIRECTORIES="translations",
        BABEL_DEFAULT_LOCALE="en",
        BABEL_DEFAULT_TIMEZONE=settings.time_zone,
        WTF_CSRF_TIME_LIMIT=None,
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106  the name of a hash
        SECURITY_PASSWORD_SINGLE_HASH=True,
        SECURITY_PASSWORD_SALT=secret,
        SECURITY_LOGIN_USER_TEMPLATE="signin/page.html",
        SECURITY_POST_LOGIN_VIEW="/",
        SECURITY_POST_LOGOUT_VIEW="/login",
        SECURITY_SEND_REGISTER_EMAIL=False,
        SECURITY_USER_IDENTITY_ATTRIBUTES=[{"email": {"mapper": _email, "case_insensitive": True}}],
        SECURITY_RETURN_GENERIC_RESPONSES=True,
    )
    app.extensions["portal"] = portal
    _sign_in(app, portal)
    Babel(app, locale_selector=choose_language)
    CSRFProtect(app)
    for module in BLUEPRINTS:
        app.register_blueprint(module.bp)
    _add_to_templates(app)
    app.after_request(_secure)
    app.register_error_handler(CSRFError, _on_csrf)
    for code in (403, 404, 413, 500):
        app.register_error_handler(code, show_error)
    return app


def choose_language() -> str:
    """Choose the screen language: the one picked before, else the browser's."""
    picked = request.cookies.get("lang", "")
    return picked if picked in LANGUAGES else request.accept_languages.best_match(LANGUAGES, "en")


class _Addresses(MailUtil):
    """Addresses only name accounts here; one of a private network is as good as any."""

    def normalize(self, email: str) -> str:
        """Give an address as accounts keep it."""
        return email.strip().lower()

    def validate(self, email: str) -> str:
        """Take any address: nothing is ever sent to it."""
        return self.normalize(email)


def _email(given: str) -> str | None:
    cleaned = given.strip().lower()
    return cleaned if 0 < len(cleaned) <= 255 else None


def _sign_in(app: Flask, portal: Portal) -> None:
    sessions = scoped_session(sessionmaker(portal.services.engine, expire_on_commit=False))
    Security(app, SQLAlchemySessionUserDatastore(sessions, User, Role), mail_util_cls=_Addresses)

    @app.teardown_appcontext
    def close(_error: BaseException | None) -> None:
        sessions.remove()

    @app.before_request
    def guard() -> AnyResponse | None:
        """Let nobody in who has not signed in; each page asks for more where it needs more."""
        if request.endpoint in OPEN_TO_ALL:
            return None
        if current_user.is_authenticated:
            return None
        if "HX-Request" in request.headers:
            return Response(wording.sentence_of("session_over"), 401)
        return redirect(url_for("security.login", next=request.path))


def _add_to_templates(app: Flask) -> None:
    app.jinja_env.filters["wording"] = wording.sentence
    app.jinja_env.filters["text"] = titles.in_screen_language
    app.jinja_env.filters["thumbnail"] = thumbnail
    app.jinja_env.filters["escalation"] = lambda said: score(said).escalate
    app.jinja_env.filters["note_words"] = lambda note: wording.note_words(
        note.name, dict(note.data)
    )
    app.jinja_env.filters["difference_words"] = wording.difference_words
    app.jinja_env.filters["author_name"] = audit_words.author_name
    app.jinja_env.filters["did_words"] = audit_words.did_words
    app.jinja_env.filters["done_to"] = audit_words.done_to
    app.jinja_env.filters["short_date"] = lambda day: format_date(day, "M/d")
    app.jinja_env.filters["ago"] = wording.ago
    app.jinja_env.filters["operator_name"] = wording.operator_name
    app.jinja_env.filters["condition_words"] = wording.condition_words
    app.jinja_env.filters["value_name"] = lambda value, fact: value_words.value_name(fact, value)
    app.jinja_env.filters["language_name"] = wording.language_name
    app.jinja_env.filters["fact_name"] = wording.fact_name
    app.jinja_env.filters["duration_words"] = wording.duration_words
    app.jinja_env.filters["tree_text"] = condition_trees.tree_text
    app.jinja_env.filters["is_empty"] = condition_trees.is_empty
    app.jinja_env.filters["where_words"] = wording.where_words
    app.jinja_env.filters["does_words"] = wording.does_words
    app.jinja_env.filters["reason_name"] = wording.reason_name
    for module in (why_words, rule_words, deed_forms, fact_words, standing_words, experiment_words):
        app.jinja_env.filters.update(module.FILTERS)
    app.jinja_env.globals["deed_choices"] = deed_forms.CHOICES
    app.jinja_env.globals["operator_names"] = wording.operator_names
    app.jinja_env.globals.update(
        may=access.may, locale=get_locale, kind_name=wording.kind_name, titles=titles.titles
    )
    app.jinja_env.globals["asset"] = lambda name: url_for(
        "static", filename=name, v=asset_version(name)
    )


def _secure(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _on_csrf(_error: CSRFError) -> Response:
    answer = Response(wording.sentence_of("session_over"), 400)
    # Only a page of ours can read it: whoever signed in again goes on where they were.
    if current_user.is_authenticated:
        answer.headers["X-Fresh-Token"] = generate_csrf()
    return answer

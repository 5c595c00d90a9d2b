"""The errors of the runtime.

RuntimeFailed
├── SessionBusy       two turns of one visitor raced too often
├── NothingPublished  there is no release to speak from
├── ReleaseUnknown    a release was named that does not exist
├── CannotPublish     problems are left, or the two rule matchers disagree
├── TooMany           too much is under way; events are turned away first
├── NoRoom            nothing more can be taken for now
├── MessageRefused    a message that breaks a limit; `code` and `title` say which
└── ConnectorFailed   another system did not answer as it should
    └── OutcomeUnknown    it may have done what it was asked for all the same
"""


class RuntimeFailed(Exception):
    """Root of everything the runtime raises on purpose."""


class SessionBusy(RuntimeFailed):
    """Two turns of one visitor raced too often."""


class NothingPublished(RuntimeFailed):
    """There is no release to speak from."""


class ReleaseUnknown(RuntimeFailed):
    """A release was named that does not exist."""


class CannotPublish(RuntimeFailed):
    """Something keeps a release from going out; `reason` is a code."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason, self.detail = reason, detail


class MessageRefused(RuntimeFailed):
    """A message that breaks a limit."""

    def __init__(self, code: str, title: str) -> None:
        super().__init__(title)
        self.code, self.title = code, title


class TooMany(RuntimeFailed):
    """Too much is under way in this process; it may be sent again in a second."""


class NoRoom(RuntimeFailed):
    """Nothing more can be taken for now; it may be sent again in a while."""


class ConnectorFailed(RuntimeFailed):
    """Another system did not answer as it should; the caller may try again.

    The reason is a sentence with `%(name)s` for each of the values, so that it can be translated.
    """

    def __init__(self, reason: str, **values: object) -> None:
        self.reason, self.values = reason, {name: str(value) for name, value in values.items()}
        super().__init__((reason % self.values if values else reason)[:300])


class OutcomeUnknown(ConnectorFailed):
    """Another system may have done what it was asked for, though it did not say so."""

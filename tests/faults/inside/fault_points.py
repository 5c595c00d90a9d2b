"""Points of a turn at which a process can be killed or stopped, each named by a function.

A point is passed before or after its function runs. No product code knows of them.
"""

POINTS = {
    # Of the path of a message, in the order of its eight hops.
    "message_read": ("before", "runtime.conversation", "handle"),
    "session_loaded": ("after", "runtime.store.sessions", "Sessions.load"),
    "release_found": ("after", "runtime.conversation", "_release_for"),
    "understood": ("after", "runtime.conversation", "_moment"),
    "thought": ("after", "runtime.conversation", "think"),
    "planned": ("after", "runtime.conversation", "plan"),
    "commit_sent": ("sent", "runtime.store.wire", "Wire.write"),
    "committed": ("after", "runtime.store.sessions", "Sessions.commit"),
    "reply_ready": ("after", "runtime.web.straight", "answer_to"),
    # Of what a turn left behind.
    "effect_taken": ("before", "runtime.tasks.relay", "Relay._deliver"),
    "effect_done": ("before", "runtime.tasks.relay", "handle"),
    "outcome_committed": ("before", "runtime.tasks.relay", "acknowledge"),
    "timer_claimed": ("before", "runtime.tasks.due_timers", "_wake"),
    "system_told": ("before", "runtime.store.hooks", "told"),
    "archived": ("after", "runtime.tasks.archive", "write_events"),
    # Of what is kept while Redis does not answer.
    "kept": ("after", "runtime.store.spool", "Spool.keep"),
    "kept_answered": ("before", "runtime.store.spool", "Spool.done"),
}
WITHOUT_REDIS = ("kept", "kept_answered")
BUGS = (
    "dedupe_removed",
    "acknowledged_before_commit",
    "marked_before_sent",
    "version_check_removed",
    "timer_generation_ignored",
)

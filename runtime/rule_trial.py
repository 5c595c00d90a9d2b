"""Rules tried in a process of their own, before anybody is served by them.

durable-rules is C code that can hang or crash on a rule set nobody has met yet. So it takes one in
here first, under a time limit, and is held against the oracle here; where it does not come back,
the release goes out with the generated code alone.
"""

import subprocess
import sys
from collections.abc import Mapping
from random import Random

import orjson

from rules.crosscheck import disagreements
from rules.judge import Judge
from rules.yaml_text import read_rules

SNAPSHOTS = 500
LONGEST = 20.0
TOOK_TOO_LONG, CRASHED = "took_too_long", "it_crashed"


def tried(files: Mapping[str, str], seconds: float = LONGEST) -> tuple[set[str], str]:
    """Try the rules among some files; gives which are judged differently, and why not to match.

    The second is empty where durable-rules may be used, or cannot be had at all.
    """
    rules = {path: text for path, text in files.items() if path.startswith("rules/")}
    command = [sys.executable, "-m", "runtime.rule_trial"]
    try:
        done = subprocess.run(  # noqa: S603  our own module, by our own Python
            command, input=orjson.dumps(rules), capture_output=True, timeout=seconds, check=True
        )
    except subprocess.TimeoutExpired:
        return set(), TOOK_TOO_LONG
    except subprocess.CalledProcessError:
        return set(), CRASHED
    return set(orjson.loads(done.stdout)), ""


def main() -> None:
    """Read rule files as JSON, and print the rules that are judged differently."""
    rules, _documents = read_rules(orjson.loads(sys.stdin.buffer.read()))
    judge = Judge.build(rules)
    different = disagreements(rules, judge, Random(7), SNAPSHOTS)  # noqa: S311  not a secret
    sys.stdout.buffer.write(orjson.dumps(sorted(different)))


if __name__ == "__main__":
    main()

"""Why a text is no YAML, as a code and the place to mend it, instead of the parser's own words.

The parser says where it gave up. That is where the mistake is, except for what was opened and never
closed: there it is the opening that has to be found.
"""

import yaml

Place = tuple[int, int]
WIDE_COLON = "："  # What a Chinese keyboard writes.

_WHERE_IT_STOPPED = {
    "mapping values are not allowed in this context": "yaml_colon",
    "block sequence entries are not allowed in this context": "yaml_list",
    "mapping keys are not allowed in this context": "yaml_beginning",
    "found a tab character that violates indentation": "yaml_tab",
    "found a tab character where an indentation space is expected": "yaml_tab",
    "found character that cannot start any token": "yaml_beginning",
    "found undefined alias": "yaml_beginning",
    "did not find expected key": "yaml_indent",
    "did not find expected '-' indicator": "yaml_dash",
    "did not find expected node content": "yaml_no_value",
    "found unknown escape character": "yaml_backslash",
    "did not find expected hexdecimal number": "yaml_backslash",
}
_WHERE_IT_BEGAN = {
    "could not find expected ':'": "yaml_no_colon",
    "found unexpected end of stream": "yaml_quote",
    "found unexpected document indicator": "yaml_quote",
    "did not find expected ',' or ']'": "yaml_bracket",
    "did not find expected ',' or '}'": "yaml_bracket",
    "did not find expected alphabetic or numeric character": "yaml_beginning",
    "did not find expected tag URI": "yaml_beginning",
    "found undefined tag handle": "yaml_beginning",
}


def why(error: yaml.YAMLError, text: str) -> tuple[str, Place] | None:
    """Give the code of what keeps a text from being YAML, and its place; None for rare reasons."""
    if isinstance(error, yaml.reader.ReaderError):
        return "yaml_invisible", _place(text[: error.position])
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return None
    problem, mark = error.problem or "", error.problem_mark
    if problem in _WHERE_IT_BEGAN:
        begun = error.context_mark or mark
        return _WHERE_IT_BEGAN[problem], (begun.line + 1, begun.column + 1)
    if problem not in _WHERE_IT_STOPPED:
        return None
    return _at(_WHERE_IT_STOPPED[problem], text.split("\n"), mark.line, mark.column)


def _at(code: str, lines: list[str], number: int, column: int) -> tuple[str, Place]:
    """Look at what stands where the parser gave up, which it says of different mistakes alike."""
    line = lines[number] if number < len(lines) else ""
    here = number + 1, column + 1
    if code == "yaml_no_value" and not "".join([line[column:], *lines[number + 1 :]]).strip():
        return "yaml_bracket", _place("\n".join(lines).rstrip()[:-1])
    if code == "yaml_beginning" and line[column : column + 1] == "\t":
        return "yaml_tab", here
    if code == "yaml_indent" and line[:column].strip():
        return "yaml_after", here
    if code == "yaml_colon":
        for near in (number, number - 1):
            key, wide, _rest = lines[near].partition(WIDE_COLON) if near >= 0 else ("", "", "")
            if wide and ":" not in key:
                return "yaml_wide_colon", (near + 1, len(key) + 1)
    return code, here


def _place(before: str) -> Place:
    return before.count("\n") + 1, len(before) - before.rfind("\n")

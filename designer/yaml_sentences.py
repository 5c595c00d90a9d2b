"""What keeps a text from being YAML, said so that one can mend it without knowing YAML well.

A sentence may stand beside a line, or alone where the canvas refuses an edit: it names no place.
"""

from designer.marking import N_

YAML_PROBLEMS = {
    "yaml_colon": N_(
        "A colon is out of place: the line above lacks one, or a text that has one lacks quotes."
    ),
    "yaml_wide_colon": N_("This is a full-width colon “：”; YAML wants a plain “:” and a space."),
    "yaml_no_colon": N_("A line has no colon; write a name, a colon, a space and the value."),
    "yaml_tab": N_("There is a tab; YAML is set in with spaces only."),
    "yaml_beginning": N_("A value begins with a character of YAML’s own; put it in quotes."),
    "yaml_indent": N_(
        "A line is not as far in as those it belongs to; mend the spaces at its beginning."
    ),
    "yaml_after": N_(
        "Something follows a closing quote or bracket; put the whole value in quotes."
    ),
    "yaml_dash": N_("An entry of a list does not begin with “- ”, as far in as the others."),
    "yaml_list": N_(
        "A list begins in the middle of a line; its first “- ” needs a line of its own."
    ),
    "yaml_quote": N_("A quote is opened and never closed."),
    "yaml_bracket": N_("A bracket is opened and never closed, or a comma is missing in it."),
    "yaml_no_value": N_("A value is missing, or a bracket is closed that was never opened."),
    "yaml_backslash": N_(
        "A backslash in double quotes begins a special character; write two, or use single quotes."
    ),
    "yaml_invisible": N_("There is an invisible control character; delete it."),
}

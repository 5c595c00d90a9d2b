"""The fields of a page's form as a browser would send them."""

from html.parser import HTMLParser


class _Form(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.address, self.inside = address, False
        self.fields: list[tuple[str, str]] = []
        self.select, self.options = "", [("", False)][:0]
        self.area, self.words = "", ""
        self.templates = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.inside = given.get("hx-put") == self.address
        if tag == "template":
            self.templates += 1
        if not self.inside or self.templates or "disabled" in given:
            return
        name = given.get("name") or ""
        if tag == "input" and name:
            ticked = given.get("type") not in ("checkbox", "radio") or "checked" in given
            self.fields += [(name, given.get("value") or "")] if ticked else []
        elif tag == "select":
            self.select, self.options = name, []
        elif tag == "option" and self.select:
            self.options.append((given.get("value") or "", "selected" in given))
        elif tag == "textarea":
            self.area, self.words = name, ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.words += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "template":
            self.templates -= 1
        elif tag == "form":
            self.inside = False
        elif tag == "select" and self.select:
            chosen = [value for value, on in self.options if on]
            if self.options:
                self.fields.append((self.select, (chosen or [self.options[0][0]])[-1]))
            self.select = ""
        elif tag == "textarea" and self.area:
            self.fields.append((self.area, self.words))
            self.area = ""


def filled(page: str, address: str) -> dict[str, list[str]]:
    """Give what a form of a page sends as it stands, by name."""
    form = _Form(address)
    form.feed(page)
    found: dict[str, list[str]] = {}
    for name, value in form.fields:
        found.setdefault(name, []).append(value)
    return found

import time

from flows.templates import nested, problem_in, render, variable_paths


def test_placeholders_are_filled_in() -> None:
    values = nested({"slot.budget": 3000, "order.total": 7999})
    assert render("预算{{ slot.budget }}元", values) == "预算3000元"
    assert render("{{ nothing.here | default: '您' }}", values) == "您"
    assert render("no placeholders } here", values) == "no placeholders } here"


def test_what_a_wording_asks_for_is_known() -> None:
    assert variable_paths("{{ slot.a }} {% if order.id %}x{% endif %}") == {"slot.a", "order.id"}


def test_python_cannot_be_reached() -> None:
    text = "{{ ''.__class__.__mro__ }}{{ slot.__class__ }}"
    assert "class" not in render(text, {"slot": {"a": 1}})


def test_a_wording_that_never_ends_is_cut_short() -> None:
    loop = "{% for i in (1..100000) %}{% for j in (1..100000) %}x{% endfor %}{% endfor %}"
    started = time.process_time()
    assert render(loop, {}) == ""
    assert time.process_time() - started < 1


def test_what_is_wrong_is_said() -> None:
    assert problem_in("{{ a")
    assert problem_in("{% include 'x' %}")
    assert not problem_in("{{ a }}")

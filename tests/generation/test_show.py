"""Progress as people see it."""

import io

from kit.generation.progress import ModelProgress, Progress
from kit.generation.show import Terminal, duration, line, table


def model(name: str = "alpha", **changes: object) -> ModelProgress:
    values = {
        "queued": 3, "running": 2, "done": 1, "failed": 0, "refused": 1, "unknown": 0, "left": 0, "unsent": 0,
        "spent_usd": 0.5, "seconds_left": 130.0,
    }  # fmt: skip
    return ModelProgress(name, **(values | changes))


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_line():
    """Numbers that are zero are left out, except how many are done."""
    assert line(model()) == "alpha: 1 of 7 done, 2 running, 3 waiting, 1 refused, $0.50, about 2 min left"
    assert line(model(done=0, seconds_left=None)).startswith("alpha: 0 of 6 done")


def test_durations():
    """Seconds, minutes, hours."""
    assert [duration(s) for s in (0.4, 45, 89, 300, 4800)] == ["0 s", "45 s", "89 s", "5 min", "1 h 20 min"]


def test_a_terminal_is_rewritten_in_place():
    """A line a model; the cursor goes back by as many lines as were written, and a message stays above them."""
    out = Tty()
    show = Terminal(out)
    show(Progress((model(), model("beta")), 1.0, 0.5))
    show(Progress((model(), model("beta")), 2.0, 0.5, message="news"))
    show(Progress((model(), model("beta")), 3.0, 0.5, last=True))
    text = out.getvalue()
    assert text.count("\x1b[2A") == 2
    assert text.index("news") > text.index("\x1b[2A")
    assert text.endswith("left\n")


def test_a_log_gets_a_line_now_and_then():
    """Without a terminal: no escapes, at most every ten seconds, and the last word always."""
    out = io.StringIO()
    show = Terminal(out)
    for second in range(25):
        show(Progress((model(),), float(second), 0.5))
    show(Progress((model(done=6),), 25.0, 0.5, last=True))
    assert len(out.getvalue().splitlines()) == 4
    assert "\x1b" not in out.getvalue()


def test_names_from_outside_are_harmless():
    """Escapes do not reach a terminal, tags not a page."""
    out = io.StringIO()
    Terminal(out)(Progress((model("\x1b[2Jevil\n"),), 0.0, 0.0, last=True))
    assert "\x1b" not in out.getvalue()
    page = table(Progress((model("<script>x</script>"),), 0.0, 0.0), ["<b>news</b>"])
    assert "<script>" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;" in page

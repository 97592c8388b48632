"""Fault plans: what they may say, and when their rules strike."""

import pytest

from kit.errors import BadParameter
from kit.sandbox_server.fault_reading import FAULTS, read_plan
from kit.sandbox_server.faults import Event, FaultDesk


def struck(rules, count=12, *, seed=0, events=None):
    """At which of so many polls (or events), from 1, something strikes."""
    desk = FaultDesk(read_plan({"seed": seed, "rules": rules}))
    events = events or [Event("poll", "piapi")] * count
    return [n for n, event in enumerate(events, start=1) if desk.strike(event)]


@pytest.mark.parametrize(
    ("select", "expected"),
    [
        ({}, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
        ({"nth": 3}, [3]),
        ({"nth": [2, 5]}, [2, 5]),
        ({"first": 2}, [1, 2]),
        ({"every": 4}, [4, 8, 12]),
        ({"every": 4, "times": 2}, [4, 8]),
        ({"every": 4, "first": 8}, [4, 8]),
        ({"chance": 0}, []),
        ({"provider": "fal"}, []),
        ({"provider": "pi*", "nth": 1}, [1]),
    ],
)
def test_when_a_rule_strikes(select, expected):
    """Counts are of what the rule watches; all conditions must hold."""
    assert struck([{"on": "poll", "fault": "reset", **select}]) == expected


def test_chance_depends_on_the_seed_alone():
    """The same seed strikes at the same places, beside other rules too; another seed does not; about as often as said."""
    rule = {"on": "poll", "fault": "reset", "chance": 0.3}
    first = struck([rule], 2000, seed=1)
    assert struck([rule], 2000, seed=1) == first
    assert struck([rule], 2000, seed=2) != first
    assert 500 < len(first) < 700  # 600 expected, standard deviation 20
    quiet = {"on": "submit", "fault": "reset", "chance": 0.5}
    assert struck([rule, quiet], 2000, seed=1) == first


def test_the_first_rule_that_strikes_does_it():
    """Of several rules one breaks the exchange, but all of them count it."""
    desk = FaultDesk(
        read_plan(
            [
                {"on": "poll", "nth": 1, "fault": "reset"},
                {"on": "poll", "first": 2, "fault": "html", "times": 1},
            ]
        )
    )
    found = [[r.fault for r in desk.strike(Event("poll", "piapi"))][:1] for _ in range(3)]
    assert found == [["reset"], ["html"], []]


def test_counting_for_each_task():
    """`per: task` counts for each task by itself."""
    events = [Event("poll", "piapi", task=n) for n in (1, 2, 1, 3, 2)]
    assert struck([{"on": "poll", "per": "task", "first": 1, "fault": "reset"}], events=events) == [1, 2, 4]
    assert struck([{"on": "poll", "task": [2, 3], "fault": "reset"}], events=events) == [2, 4, 5]


def test_any_means_exchanges():
    """`any` watches every exchange and no task; a list of kinds watches those."""
    events = [Event(kind, "piapi") for kind in ("submit", "task", "poll", "download")]
    assert struck([{"on": "any", "fault": "reset"}], events=events) == [1, 3, 4]
    assert struck([{"on": ["submit", "download"], "fault": "reset"}], events=events) == [1, 4]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"on": "pol", "fault": "reset"}, ["'pol'", "did you mean 'poll'"]),
        ({"on": "poll", "fault": "rest"}, ["'rest'", "did you mean 'reset'"]),
        ({"fault": "reset"}, ["`on` is missing"]),
        ({"on": "poll"}, ["unknown fault None"]),
        ({"on": "poll", "fault": "stuck"}, ["stuck cannot be `on` poll", "task"]),
        ({"on": "task", "fault": "reset"}, ["reset cannot be `on` task"]),
        ({"on": "submit", "fault": "cut"}, ["cut cannot be `on` submit"]),
        ({"on": "poll", "fault": "status"}, ["`status` is None", "400 to 599"]),
        ({"on": "poll", "fault": "status", "status": 200}, ["`status` is 200"]),
        ({"on": "poll", "fault": "reset", "nth": 0}, ["`nth` is 0", "from 1"]),
        ({"on": "poll", "fault": "reset", "nth": [1, "2"]}, ["`nth`"]),
        ({"on": "poll", "fault": "reset", "chance": 2}, ["`chance` is 2", "0 to 1"]),
        ({"on": "poll", "fault": "reset", "when": "during"}, ["before or after"]),
        ({"on": "poll", "fault": "reset", "word": "x"}, ["unknown key 'word'"]),
        ({"on": "poll", "fault": "status", "status": 429, "retry_after": "1\r\nx: y"}, ["`retry_after`"]),
        ("reset", ["a map is needed"]),
    ],
)
def test_plans_are_read_strictly(rule, words):
    """A wrong rule is named by its number, with what was seen and what is known."""
    with pytest.raises(BadParameter) as caught:
        read_plan([{"on": "poll", "fault": "reset"}, rule])
    assert "rule 2" in str(caught.value)
    for word in words:
        assert word in str(caught.value)


def test_all_faults_of_a_plan_at_once():
    """Every wrong rule is named, not the first alone."""
    with pytest.raises(BadParameter) as caught:
        read_plan({"sed": 1, "rules": [{"on": "x", "fault": "reset"}, {"on": "poll", "fault": "y"}]})
    assert len(caught.value.faults) == 3


@pytest.mark.parametrize("text", ["{", "3", '"rules"', '{"rules": 3}'])
def test_no_plan_at_all(text):
    """What is no plan is said to be none."""
    with pytest.raises(BadParameter, match="fault plan"):
        read_plan(text)


def test_every_fault_is_described():
    """The manual at the top of the module names every fault and every detail."""
    from kit.sandbox_server import faults

    for name, details in FAULTS.items():
        assert name in faults.__doc__
        for detail in details:
            assert f"`{detail}`" in faults.__doc__, (name, detail)

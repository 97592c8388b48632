"""The prompt form with real widgets and a real server on loopback: what is closed, sent, shown, and never sent twice."""

import datetime as dt
import hashlib
import logging
import threading
from contextlib import ExitStack

import pytest
from ipywidgets import Widget

import kit.widgets.prompt_form.sandbox as own
from kit.errors import BadParameter
from kit.storage.config import StudyConfig
from kit.study import Study
from kit.suite import Prompt, Suite
from kit.testing import sandbox_server
from tests.storage.test_prompts import png
from tests.widgets.prompt_form_driver import Driver, every_state, plain

SUITE = Suite(
    "s", "S", (Prompt("cup", "A cup is filled."), Prompt("dog", "A dog runs.", negative_prompt="cats"))
)
KEY = "canary-key-0123456789"
VARIABLES = (
    "KIT_PIAPI_KEY", "PIAPI_API_KEY", "PIAPI_KEY", "KIT_FAL_KEY", "FAL_KEY", "KIT_REPLICATE_TOKEN",
    "REPLICATE_API_TOKEN", "KLING_ACCESS_KEY", "KLING_SECRET_KEY", "KIT_KLING_ACCESS_KEY", "KIT_KLING_SECRET_KEY",
    "KIT_SANDBOX_URL", "KIT_PIAPI_URL",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _clean(monkeypatch):
    """No key and no address of the machine's own; no widget of another test."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    yield
    Widget.close_all()


@pytest.fixture
def serve(monkeypatch):
    """Starts a server that films at once, and puts its addresses and keys into the environment."""
    with ExitStack() as stack:

        def start(**options):
            given = {"film": "stub", "manners": "plain", "speed": 100.0, "keys": {"piapi": KEY}} | options
            server = stack.enter_context(sandbox_server(**given))
            for name, value in server.environ().items():
                monkeypatch.setenv(name, value)
            return server

        yield start


@pytest.fixture
def study(tmp_path):
    """A study with two prompts and nothing filmed."""
    with Study.create(tmp_path / "study", StudyConfig(title="Boats", suite=SUITE)) as study:
        yield study


def upload(field, data, name="frame.png"):
    """What the browser sends when a file was chosen."""
    now = dt.datetime.now(dt.UTC)
    field.upload.value = (
        {"name": name, "type": "image/png", "size": len(data), "content": memoryview(data), "last_modified": now},
    )  # fmt: skip


def test_it_begins_with_the_sandbox(study):
    """Without a key and without models in the study, both sandbox models are there, first in the list and free."""
    form = Driver(study)
    assert form.controls.models.chosen == ("sandbox-quick", "sandbox-steady")
    assert "free" in form.of("sandbox-quick")
    assert form.bar.generate.disabled
    assert form.said("reasons") == "Write a prompt to begin."
    form.controls.models.remove("sandbox-steady")
    assert form.controls.models._list.options[1][1] == "sandbox-steady"


def test_from_prompt_to_clips(study, serve):
    """Type, generate, and the clips are in the study, side by side in the form; the fields keep what was entered."""
    server = serve()
    form = Driver(study)
    form.type("A paper boat drifts.")
    assert form.bar.generate.description == "Generate 2 clips"
    form.film()
    assert len(server.journal().created) == 2
    assert "2 of 2 clips are in the study" in form.said("status")
    assert "filmed, and in the study" in form.of("sandbox-steady")
    assert list(study.prompts["prompt_id"]) == ["cup", "dog", "a-paper-boat-drifts"]
    assert study.requests["clip"].notna().all()
    assert form.clips.player is not None
    assert form.said("error") == ""
    assert form.controls.text.value == "A paper boat drifts."


def test_a_second_prompt_right_after(study, serve):
    """The form takes the next prompt without being made anew."""
    serve()
    form = Driver(study, models=["sandbox-quick", "sandbox-steady"])
    for text in ("A paper boat.", "A paper plane."):
        form.type(text)
        form.film()
    assert list(study.requests["prompt"]) == ["A paper boat."] * 2 + ["A paper plane."] * 2
    assert study.requests["clip"].notna().all()


def test_the_same_again_says_that_it_is_there(study, serve):
    """Nothing is sent, that is said, and another take is one click away."""
    server = serve()
    form = Driver(study)
    form.type("A paper boat.")
    form.film()
    assert form.bar.generate.description == "Show the clips"
    assert "in the study already" in form.said("reasons")
    form.film()
    assert "there already" in form.said("status")
    assert len(server.journal().created) == 2
    assert form.bar.again.description == "Film take 2 instead"
    form.bar.again.click()
    form.settle()
    form.film()
    assert sorted(study.requests["take"]) == [1, 1, 2, 2]


def test_other_settings_are_not_taken_for_the_same(study, serve):
    """A take that is there with another length is not filmed again in silence."""
    serve()
    form = Driver(study)
    form.type("A paper boat.")
    form.film()
    form.controls.listed["duration"].value = 3
    form.settle()
    assert form.bar.generate.disabled
    assert "with other settings" in form.said("reasons")


def test_two_quick_clicks_send_once(study, serve):
    """From one thread or two, before the form has drawn anything."""
    server = serve()
    form = Driver(study)
    form.type("A paper boat.")
    threads = [threading.Thread(target=form.bar.generate.click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert form.form._filming.wait(30)
    form.finish()
    assert len(server.journal().created) == 2
    assert study.requests["attempts"].tolist() == [1, 1]


def test_callbacks_never_wait(study, serve):
    """Typing and clicking return at once, from whatever thread they come, while the server does not answer at all."""
    serve(manual_clock=True, faults=[{"on": "submit", "fault": "silence"}])
    form = Driver(study)

    def use():
        form.controls.text.value = "A paper boat."
        form.bar.generate.click()
        form.controls.text.value = "A paper plane."

    for thread in [threading.Thread(target=use) for _ in range(2)]:
        thread.start()
        thread.join(5)
        assert not thread.is_alive()
    assert form.form._filming.wait(30)
    assert not form.form._run.done
    form.settle()
    assert form.bar.cancel.layout.display is None
    assert "one run at a time" in form.said("reasons")


def test_cancel_leaves_good_order(study, serve):
    """What has left is kept with its id and named; going on sends nothing twice."""
    server = serve(manual_clock=True)
    form = Driver(study)
    form.type("A paper boat.")
    form.generate()
    server.wait("created", 2)
    form.bar.cancel.click()
    form.finish()
    assert "Still running" in form.said("status")
    tasks = study.ledger.tasks()
    assert {task.state for task in tasks} <= {"submitted", "running"}
    assert all(task.provider_task_id for task in tasks)
    assert form.bar.generate.description == "Go on with what is under way"
    server.advance(3600)
    form.film()
    assert study.requests["clip"].notna().all()
    assert len(server.journal().created) == 2


def test_cancel_before_the_run_has_begun(study, serve):
    """A click that comes while the form is still preparing the run is not lost."""
    serve(manual_clock=True)
    form = Driver(study)
    form.type("A paper boat.")
    form.bar.generate.click()
    form.bar.cancel.click()
    assert form.form._filming.wait(30)
    form.finish()
    assert form.said("status").startswith("Stopped.")
    assert "unknown" not in {task.state for task in study.ledger.tasks()}


def test_a_paid_run_is_confirmed_first(study, serve):
    """Above the amount it asks with the sum and the number; no means nothing sent, yes means exactly that."""
    server = serve(any_model=True)
    form = Driver(study, models=["kling-2.6", "kling-3.0"], confirm_above_usd=0.5)
    form.type("A paper boat.")
    form.generate()
    assert form.bar.asking
    assert "2 clips, $0.70" in form.said("question")
    assert "piapi" in form.said("question")
    form.bar.no.click()
    form.settle()
    assert not form.bar.asking
    assert server.journal().created == []
    assert list(study.prompts["prompt_id"]) == ["cup", "dog"]
    form.generate()
    form.agree()
    form.finish()
    assert len(server.journal().created) == 2
    assert study.requests["clip"].notna().all()


def test_what_so_many_prompts_can_show_stands_beside_the_price(study, serve):
    """One prompt is too few, and so is the same one again; one model alone is not compared with anything."""
    serve()
    form = Driver(study, models=["sandbox-quick", "sandbox-steady"])
    form.type("A paper boat.")
    assert "With this prompt the study has 1: too few to show which model is better" in form.said("cost")
    form.film()
    assert "the study has 1:" in form.said("cost")
    form.type("A paper plane.")
    assert "the study has 2:" in form.said("cost")
    alone = Driver(study, models=["sandbox-quick"])
    alone.type("A paper kite.")
    assert "can show" not in alone.said("cost")
    assert "too few" not in alone.said("cost")


def test_a_change_takes_the_question_away(study, serve):
    """What is asked is about what was there; after a change the answer yes does nothing."""
    server = serve(any_model=True)
    form = Driver(study, models=["kling-2.6"], confirm_above_usd=0.0)
    form.type("A paper boat.")
    form.generate()
    assert form.bar.asking
    form.type("Quite another boat.")
    assert not form.bar.asking
    form.agree()
    assert server.journal().created == []


def test_below_the_amount_it_is_not_asked(study, serve):
    """A clip that costs less goes out at once, and what it cost is counted."""
    serve(any_model=True)
    form = Driver(study, models=["kling-2.6"], confirm_above_usd=1.0)
    form.type("A paper boat.")
    form.film()
    assert study.requests["clip"].notna().all()
    assert "$0.00" not in form.said("cost").split("so far")[1]


@pytest.mark.parametrize(
    ("fault", "words", "advice"),
    [
        (
            {"on": "submit", "fault": "status", "status": 400, "message": "no boats"},
            "refused",
            "Change the prompt",
        ),
        ({"on": "task", "fault": "failed", "message": "no boats"}, "failed", "once more"),
        ({"on": "submit", "fault": "reset", "when": "after"}, "unknown", "kit tasks STUDY --resolve"),
    ],
)
def test_what_failed_is_said_beside_the_model(study, serve, fault, words, advice):
    """In words, with what to do about it; the other model's clip is there."""
    serve(faults=[{**fault, "nth": 1}])
    form = Driver(study)
    form.type("A paper boat.")
    form.film()
    said = [form.of(model) for model in form.controls.models.chosen]
    bad, good = sorted(said, key=lambda text: "Error" not in text)
    assert words in bad
    assert advice in bad
    assert ("no boats" in bad) is ("message" in fault)
    assert "filmed, and in the study" in good
    assert "Error" not in good


def test_what_failed_can_be_tried_again(study, serve):
    """Only what failed is sent again."""
    server = serve(faults=[{"on": "task", "fault": "failed", "nth": 1}])
    form = Driver(study)
    form.type("A paper boat.")
    form.film()
    assert form.bar.generate.description == "Generate 1 clip"
    form.film()
    assert study.requests["clip"].notna().all()
    assert len(server.journal().created) == 3


def test_no_key_means_no_request(study):
    """The model's row, the box with the lines for that provider, and the button all say so."""
    form = Driver(study, models=["kling-2.6"])
    form.type("A paper boat.")
    assert form.bar.generate.disabled
    assert "no key for piapi" in form.of("kling-2.6")
    assert "PIAPI_API_KEY" in form.said("keys")


def test_a_key_that_was_given_meanwhile_is_found(study, monkeypatch):
    """After another look the model can be filmed."""
    form = Driver(study, models=["kling-2.6"])
    form.type("A paper boat.")
    monkeypatch.setenv("PIAPI_API_KEY", KEY)
    form.bar.look.click()
    form.settle()
    assert not form.bar.generate.disabled


def test_no_key_in_anything_that_is_saved(study, serve, monkeypatch):
    """A run, a refusal of the key and the request shown: the key is in no widget's state and in no rendering."""
    serve(any_model=True)
    form = Driver(study, models=["kling-2.6"], confirm_above_usd=1.0)
    form.type("A paper boat.")
    form.bar.preview.value = True
    form.settle()
    form.film()
    monkeypatch.setenv("PIAPI_API_KEY", KEY + "-wrong")
    form.controls.first_take.value = 2
    form.settle()
    form.film()
    assert "piapi" in form.said("error") + form.of("kling-2.6")
    for text in (every_state(), repr(form.form._repr_mimebundle_()), repr(form.form)):
        assert KEY not in text


def test_hostile_names_are_text(tmp_path, serve):
    """A prompt, a study's title and an id that are markup reach no page as markup."""
    serve()
    evil = "<img src=x onerror=alert(1)>"
    with Study.create(tmp_path / "evil", StudyConfig(title=evil)) as study:
        form = Driver(study)
        form.type(evil)
        form.bar.preview.value = True
        form.settle()
        form.film()
        states = [one["state"] for one in Widget.get_manager_state()["state"].values()]
        pages = [one["value"] for one in states if one.get("_model_name") == "HTMLModel"]
        bundle = form.form._repr_mimebundle_()
        assert evil not in bundle["text/html"]
        assert evil in bundle["text/plain"]
        for page in [*pages, *form.bar.texts.values(), form.of("sandbox-quick")]:
            assert "<img" not in page


def test_settings_keep_what_was_wished(study):
    """A length that a new model does not take is put back when that model goes; the reason stands below the field."""
    form = Driver(study)
    form.controls.listed["duration"].value = 7
    form.settle()
    form.controls.models.add("kling-2.6")
    form.settle()
    assert form.controls.listed["duration"].value == 5
    assert "7 s is not taken by all" in form.controls._fields["duration"].note
    form.controls.models.remove("kling-2.6")
    form.settle()
    assert form.controls.listed["duration"].value == 7


def test_a_closed_setting_is_disabled_with_its_reason(study):
    """And what was entered there is kept, but not sent."""
    form = Driver(study, models=["kling-1.6"])
    form.controls.start.set("https://a.test/boat.png")
    form.settle()
    assert form.controls.read().values["start_frame"] == "https://a.test/boat.png"
    form.controls.models.add("sandbox-quick")
    form.settle()
    assert form.controls.start.upload.disabled
    assert "Sandbox Quick does not take a start frame" in plain(form.controls.start.note)
    assert "kept here, but not sent" in plain(form.controls.start.note)
    assert "start_frame" not in form.controls.read().values


def test_an_upload_goes_into_the_study_and_not_into_the_notebook(study):
    """The field holds a path; the bytes are in no widget's state any more."""
    form = Driver(study, models=["kling-2.6"])
    data = png(tail=b"pixels-of-a-private-picture")
    upload(form.controls.start, data)
    form.settle()
    path = form.controls.start.value
    assert (study.folder / path).read_bytes() == data
    assert form.controls.start.upload.value == ()
    assert "private-picture" not in every_state()


def test_an_uploaded_image_is_named_as_its_file(study):
    """Beside the path stands the file's own name, escaped; in the study it lies by its hash, and another image has none."""
    form = Driver(study, models=["kling-2.6", "kling-1.6"])
    data = png(tail=b"boat")
    upload(form.controls.start, data, name="boat <b>&\u202e 2.png")
    form.settle()
    note = form.controls.start.note
    assert "Your file: <bdi>boat &lt;b&gt;&amp;  2.png</bdi>" in note
    assert form.controls.start.value == f"images/{hashlib.sha256(data).hexdigest()}.png"
    assert [path.name for path in (study.folder / "images").iterdir()] == [
        f"{hashlib.sha256(data).hexdigest()}.png"
    ]
    form.controls.start.set("https://a.test/other.png")
    form.settle()
    assert "Your file" not in form.controls.start.note
    form.controls.start.set(f"images/{hashlib.sha256(data).hexdigest()}.png")
    form.settle()
    assert "2.png" in form.controls.start.note
    upload(form.controls.start, png(tail=b"long"), name=f"{'n' * 300}-final-3.png")
    form.settle()
    assert f"<bdi>{'n' * 59}…{'n' * 8}-final-3.png</bdi>" in form.controls.start.note


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"GIF89a" + bytes(40), "neither PNG, JPEG nor WebP"),
        (b"\x89PNG\r\n\x1a\n", "without its header"),
        (png(tail=bytes(10 << 20)), "at most"),
    ],
)
def test_a_bad_upload_is_said_beside_its_field(study, data, words):
    """With the file's name, and the field stays empty."""
    form = Driver(study, models=["kling-2.6"])
    upload(form.controls.start, data, name="my <frame>.png")
    form.settle()
    assert words in plain(form.controls.start.note)
    assert "my <frame>.png" in plain(form.controls.start.note)
    assert form.controls.start.value is None
    assert not (study.folder / "images").exists()


def test_shots_are_added_moved_and_taken_out(study):
    """Rows in order, the sum, and the length that follows from it."""
    form = Driver(study, models=["kling-3.0"])
    for text, seconds in (("one", 2), ("two", 3), ("three", 4)):
        form.controls.shots.more(text, seconds)
    form.settle()
    assert "3 shots, together 9 s" in plain(form.controls.shots.note)
    assert form.controls.listed["duration"].disabled
    form.controls.shots.rows[2].up.click()
    form.controls.shots.rows[0].out.click()
    form.settle()
    assert [shot["prompt"] for shot in form.controls.read().values["shots"]] == ["three", "two"]
    assert [row.prompt.description for row in form.controls.shots.rows] == ["Shot 1", "Shot 2"]
    assert "duration" not in form.controls.read().values


def test_a_prompt_of_the_suite(study, serve):
    """It is filmed under its own id and with its own negative prompt."""
    server = serve()
    form = Driver(study)
    form.controls.source.value = "dog"
    form.settle()
    assert form.controls.text.value == "A dog runs."
    assert form.controls.negative.disabled
    form.film()
    assert set(study.requests["prompt_id"]) == {"dog"}
    assert {r["negative_prompt"] for r in study.requests["settings"]} == {"cats"}
    assert len(server.journal().created) == 2


def test_a_prompt_that_was_changed_is_a_new_one(study):
    """The list goes back to "a new prompt"."""
    form = Driver(study)
    form.controls.source.value = "cup"
    form.settle()
    form.type("A cup is filled to the brim.")
    assert form.controls.source.value == ""
    assert form.controls.read().prompt_id is None


def test_what_differs_between_models_is_listed(study):
    """Two models without a common length: the list says what each will be asked for."""
    form = Driver(study, models=["kling-2.6", "veo-3"])
    form.type("A paper boat.")
    assert "duration" in form.said("differences")
    assert "Veo 3: 8 s" in form.said("differences")


def test_an_error_in_a_callback_is_shown(study, caplog):
    """Whatever it is, it stands in the form; it is logged too, since it is nobody's input that was wrong."""
    form = Driver(study)
    with caplog.at_level(logging.CRITICAL, logger="kit"):
        form.form._judging.guarded(lambda: 1 / 0)()
    assert "ZeroDivisionError" in form.said("error")


def test_every_control_has_a_label(study):
    """A description, or a tooltip where there is only a picture."""
    form = Driver(study, models=["kling-3.0"])
    form.controls.shots.more()
    form.controls.elements.more()
    named = {
        "TextModel",
        "TextareaModel",
        "DropdownModel",
        "BoundedIntTextModel",
        "ButtonModel",
        "ToggleButtonModel",
        "FileUploadModel",
    }
    for state in Widget.get_manager_state()["state"].values():
        if state["model_name"] in named:
            assert state["state"].get("description") or state["state"].get("tooltip"), state


@pytest.mark.parametrize(
    "given",
    [
        {"models": ["kling-2.7"]},
        {"models": ["kling-2.6"], "provider": "nowhere"},
        {"models": ["kling-2.6"], "provider": {"kling-2.6": "sandbox"}},
        {"confirm_above_usd": -1},
        {
            "models": [
                "kling-1.0",
                "kling-1.5",
                "kling-1.6",
                "kling-2.0",
                "kling-2.1",
                "kling-2.5",
                "kling-2.6",
            ]
        },
    ],
)
def test_arguments_that_cannot_be_are_refused(study, given):
    """Before any widget is made."""
    with pytest.raises(BadParameter):
        Driver(study, **given)


def test_a_sandbox_of_ones_own(study):
    """Nothing in the environment: a server is started in another process, shared, and started anew when it has died."""
    try:
        server = own.start_sandbox()
        assert own.start_sandbox() is server
        assert server.process.poll() is None
        server.process.kill()
        server.process.wait()
        again = own.start_sandbox()
        assert again is not server
        assert again.status()["now"] > 0
    finally:
        own.stop_sandbox()
    assert again.process.poll() is not None

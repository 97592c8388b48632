"""The page, put together section by section: what the report notebook calls."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit import __version__
from kit.cards import Cards, load_cards, own_folders
from kit.cells import nearest
from kit.errors import BadParameter
from kit.reporting import media, render
from kit.reporting.figures import Figures
from kit.reporting.files import ReportFiles, check_name, publish, slug, staging
from kit.reporting.material import Material, gather
from kit.reporting.schema import SCHEMA, SCHEMA_VERSION
from kit.reporting.sections import (
    agreement,
    answer,
    beside,
    clips,
    examples,
    findings,
    leaderboards,
    measurements,
    method,
    models,
    per_prompt,
    provenance,
    recommendation,
    scope,
    scores,
    speed,
)
from kit.reporting.sections.missing import shell
from kit.reporting.sections.phrases import plural
from kit.reporting.written import written

if TYPE_CHECKING:
    from kit.study import Study

ASSETS = ("link", "embed")
# What a page can have, by the id of each section, in the order of the report notebook.
SECTIONS = (
    *(
        "answer",
        "models",
        "findings",
        "scores",
        "examples",
        "clips",
        "per_prompt",
        "leaderboards",
        "agreement",
    ),
    *("measurements", "speed", "recommendation", "beside", "scope", "method", "provenance"),
)


class Section:
    """One section of a page, as a notebook shows it: the same content in short."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data

    def _repr_html_(self) -> str:
        return render.brief(self.data)

    def __repr__(self) -> str:
        return "\n".join(
            [str(self.data["heading"]), *(f"  {line}" for line in render.sentences(self.data)[:8])]
        )


class Page:
    """A report page in the making: call the sections in the order in which they should stand, then `save`.

    `study` is a Study or a place where one is. `name` names the files (default: the study's folder), `title` heads
    the page (default: the study's title). `assets`: "link" puts clips beside the page, "embed" into it, up to
    `max_embed_mb` megabytes. `rater_kind` is "person", "simulated" or "judge"; "" takes the first of these that
    voted. `draws` and `seed` rule the bootstrap. `authors` are named under the title. `sections` are the ids (of
    `SECTIONS`) of those that the page shows, all where it is empty, but for those in `without`: a section that is
    switched off is called like any other, and does not reach the page. `until` shows the study as it was on a day
    (2026-11-01, all of it, in UTC) or at a moment (see `kit.until.StudyUntil`).
    `examples` are ids of prompts whose clips stand as examples in place of those that rules choose.

    Raises StudyMissing where there is no study, BadParameter for a wrong option.
    """

    def __init__(
        self,
        study: "Study | str | Path",
        *,
        name: str = "",
        title: str = "",
        assets: str = "link",
        rater_kind: str = "",
        draws: int = 5000,
        seed: int = 0,
        max_embed_mb: float = 60,
        authors: Sequence[str] = (),
        sections: Sequence[str] = (),
        without: Sequence[str] = (),
        until: str = "",
        examples: Sequence[str] = (),
    ) -> None:
        from kit.study import Study

        if assets not in ASSETS:
            raise BadParameter(f"assets is {assets!r}; it is one of {', '.join(ASSETS)}")
        self._wanted = chosen(sections, without)
        self._authors = list_of_text("authors", authors)
        self.study = Study.open(study) if isinstance(study, str | Path) else study
        self._material: Material = gather(
            self.study, rater_kind=rater_kind, draws=draws, seed=seed, until=until
        )
        self._named = _prompts(list_of_text("examples", examples), list(self._material.prompt_titles))
        folder = self.study.folder
        self.name = check_name(name or slug(folder.resolve().name if folder else self.study.title))
        self._given_title = title
        self.assets = assets
        self._max_embed_mb = max_embed_mb
        self._figures = Figures(
            self._material.prompt_titles,
            self._material.models,
            {d.id: d.title for d in self._material.rubric.dimensions},
        )
        self._sections: list[dict[str, Any]] = []
        self._called: set[str] = set()
        # What the command under Provenance says beside the study, its name and its options.
        self._asked = _words(authors=self._authors, sections=sections, without=without, until=until)
        if self._named:
            self._asked += ["-p", "examples", shell(json.dumps(self._named, ensure_ascii=False))]

    def answer(self) -> Section:
        """The verdicts, speed and cost, and how sure all that is, on one screen."""
        return self._add(answer.section(self._material), "answer")

    def examples(self) -> Section:
        """A few pairs for each dimension, chosen by a stated rule, or those that were named."""
        return self._add(examples.section(self._material, self._named), "examples")

    def per_prompt(self) -> Section:
        """A row a prompt: what was chosen, measured and spent on it."""
        return self._add(per_prompt.section(self._material), "per_prompt")

    def leaderboards(self) -> Section:
        """Three and more models on one scale a dimension, with ranks and their intervals."""
        return self._add(leaderboards.section(self._material, self._figures), "leaderboards")

    def agreement(self) -> Section:
        """How far raters agree with each other, with themselves and with known answers; judges against people."""
        return self._add(agreement.section(self._material), "agreement")

    def recommendation(self) -> Section:
        """Which model for quick iteration and which for final renders, and what would change it."""
        return self._add(recommendation.section(self._material), "recommendation")

    def beside(self, other: "Study | str | Path" = "", *, until: str = "") -> Section:
        """Another study, or this one as it was at `until`, laid beside: win rates, verdicts, what both have in common.

        `other` is a Study or a place where one is; "" with a date is this study at that date, "" without one nothing.
        """
        from kit.study import Study

        found, mine = None, False
        if other or until:
            mine = not other or (
                isinstance(other, str | Path) and _place(other) == _place(self.study.location)
            )
            study = self.study if mine else Study.open(other) if isinstance(other, str | Path) else other
            here = self._material
            found = gather(
                study, rater_kind=here.comparison.rater_kind or "", draws=here.options.draws, seed=here.options.seed,
                until=until,
            )  # fmt: skip
            if study is not self.study and isinstance(other, str | Path):
                study.close()
            self._asked += ["--beside", "STUDY" if mine else "OTHER"]
            self._asked += _words(beside_until=until)
        return self._add(beside.section(self._material, found, same=mine), "beside")

    def scope(self) -> Section:
        """What was held constant, what was compared, and what was not tested."""
        return self._add(scope.section(self._material, self._cards()), "scope")

    def clips(self) -> Section:
        """Per prompt its text, its clips in one player and their measurements side by side."""
        return self._add(clips.section(self._material), "clips")

    def findings(self) -> Section:
        """What raters chose on each dimension, and how they scored."""
        shown = self._add(findings.section(self._material, self._figures), "findings")
        self._add(scores.section(self._material), "scores")
        return shown

    def measurements(self) -> Section:
        """What was measured, by metric."""
        return self._add(measurements.section(self._material, self._figures), "measurements")

    def speed_and_cost(self) -> Section:
        """How long the clips took to make, and what they cost."""
        return self._add(speed.section(self._material, self._figures), "speed")

    def models(self) -> Section:
        """What the models can do by their cards."""
        return self._add(models.section(self._material, self._cards()), "models")

    def method(self) -> Section:
        """How votes were weighed, what dimensions and measurements mean."""
        return self._add(method.section(self._material), "method")

    def provenance(self) -> Section:
        """Fingerprint, hashes and versions, and the command that builds the page again."""
        return self._add(
            provenance.section(
                self._material,
                name=self.name,
                assets=self.assets,
                title=self._given_title,
                kit_version=__version__,
                asked=self._asked,
            ),
            "provenance",
        )

    def document(self) -> dict[str, Any]:
        """The report's data: every number that the page shows, with its interval, count and source."""
        material = self._material
        data = {
            "schema": SCHEMA,
            "schema_version": SCHEMA_VERSION,
            "kit_version": __version__,
            "name": self.name,
            "title": self._given_title or material.title,
            "authors": self._authors,
            "lede": self._lede(),
            "banners": self._banners(),
            "models": list(material.models),
            "study": {"title": material.title, "fingerprint": material.fingerprint},
            "comparison": material.comparison.to_dict(),
            "sections": self._sections,
        }
        # Through JSON and back: the page can show nothing that the file does not hold.
        result: dict[str, Any] = json.loads(_json(data))
        return result

    def save(
        self, out: str | Path = "reports", *, progress: Callable[[str], None] | None = None
    ) -> ReportFiles:
        """Write NAME.html and NAME.json, and NAME_files where assets are linked; all of them or none.

        Raises ReportError where the page would outgrow `max_embed_mb` or `out` cannot be written to.
        """
        say = progress or (lambda _: None)
        folder = Path(out)
        doc = self.document()
        shown = _clips_of(self._sections)
        refs = [ref for ref in self._material.refs if ref.clip in shown]
        plotly = bool(self._figures.data)
        with staging(folder) as stage:
            say("clips and posters")
            found = (
                media.link(self.study, refs, stage, self.name, plotly=plotly)
                if self.assets == "link"
                else media.embed(self.study, refs, plotly=plotly, max_mb=self._max_embed_mb)
            )
            say("the page")
            text = render.page(doc, render.clean(self._figures.data), found)
            (stage / f"{self.name}.html").write_text(text, encoding="utf-8", newline="\n")
            (stage / f"{self.name}.json").write_text(
                written(render.clean(doc)) + "\n", encoding="utf-8", newline="\n"
            )
            return publish(stage, folder, self.name)

    def _add(self, section: dict[str, Any] | None, name: str) -> Section:
        """Keep a section for the page. None says that the study has nothing to show in it."""
        if name in self._called:
            raise BadParameter(f"the page has the section {name!r} already; call it once")
        self._called.add(name)
        if section is None:
            return Section(_quiet(name, "This study has nothing to show here."))
        if name not in self._wanted:
            return Section(_quiet(name, "Left out of the page, as asked."))
        self._sections.append(section)
        return Section(render.clean(section))

    def _cards(self) -> Cards:
        return load_cards(*own_folders(self.study.folder))

    def _lede(self) -> str:
        material = self._material
        prompts = len({group.prompt_id for group in material.groups})
        text = f"{plural(len(material.models), 'model')}, {plural(prompts, 'prompt')}, {plural(len(material.refs), 'clip')}"
        votes = len(material.votes)
        return f"{text}, {plural(votes, 'vote')}." if votes else f"{text}, no votes yet."

    def _banners(self) -> list[dict[str, str]]:
        material = self._material
        found = []
        if material.options.until:
            found.append(
                {
                    "kind": "until",
                    "title": f"As it was until {material.options.until}:",
                    "text": "clips, votes and scores that came later are left out.",
                }
            )
        made = material.sandbox_clips
        if made:
            which = "" if made == len(material.refs) else f" ({made} of {len(material.refs)} clips)"
            found.append(
                {
                    "kind": "sandbox",
                    "title": f"Sandbox clips{which}:",
                    "text": "rendered by the kit, they say nothing about any real model.",
                }
            )
        simulated = (material.votes["rater_kind"] == "simulated").any() if len(material.votes) else False
        if simulated or (
            (material.scores["rater_kind"] == "simulated").any() if len(material.scores) else False
        ):
            found.append(
                {
                    "kind": "simulated",
                    "title": "Simulated raters:",
                    "text": "votes or scores on this page were made by a program, and nobody watched the clips for them.",
                }
            )
        return found


def chosen(sections: Sequence[str], without: Sequence[str]) -> set[str]:
    """The ids of the sections that the page shall have. Raises BadParameter that names the nearest to an unknown one."""
    for name in (*list_of_text("sections", sections), *list_of_text("without", without)):
        if name not in SECTIONS:
            raise BadParameter(
                f"there is no section {name!r}{nearest(name, SECTIONS)}; there are: {', '.join(SECTIONS)}"
            )
    return set(sections or SECTIONS) - set(without)


def list_of_text(name: str, given: Sequence[str]) -> list[str]:
    """The given texts. Raises BadParameter for one text in their place: papermill alone passes a list as it was typed."""
    if isinstance(given, str) or not all(isinstance(one, str) for one in given):
        raise BadParameter(f'{name} is {given!r}; it is a list of texts, such as ["one", "two"]')
    return list(given)


def _words(**given: str | Sequence[str]) -> list[str]:
    """Options of the command line, those that are not empty."""
    found = []
    for name, value in given.items():
        flag = {"authors": "--author"}.get(name, f"--{name.replace('_', '-')}")
        found += [
            word
            for one in ([value] if isinstance(value, str) else value)
            if one
            for word in (flag, shell(one))
        ]
    return found


def _place(location: str | Path) -> str:
    return str(location) if "://" in str(location) else str(Path(location).resolve())


def _prompts(named: Sequence[str], known: Sequence[str]) -> list[str]:
    """The ids of prompts that were named. Raises BadParameter that names the nearest to an unknown one."""
    for name in named:
        if name not in known:
            # A study may have hundreds: all are named only where none is near.
            hint = nearest(name, known) or f"; there are: {', '.join(known)}"
            raise BadParameter(f"examples names the prompt {name!r}, which the study does not have{hint}")
    return [str(name) for name in named]


def _clips_of(value: Any) -> set[str]:
    """The hashes of the clips that stand in a player of these sections."""
    if isinstance(value, list | tuple):
        return {clip for one in value for clip in _clips_of(one)}
    if not isinstance(value, Mapping):
        return set()
    own = {row["clip"] for part in value.get("players", ()) for row in part}
    inside = ("prompts", "takes", "parts", "examples")
    return own.union(*(_clips_of(value[key]) for key in inside if key in value))


def _quiet(name: str, text: str) -> dict[str, Any]:
    return {"heading": name.replace("_", " ").capitalize(), "lines": [text]}


def _json(data: Any) -> str:
    return json.dumps(render.clean(data), sort_keys=True, ensure_ascii=False, allow_nan=False)

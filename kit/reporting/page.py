"""The page, put together section by section: what the report notebook calls."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit import __version__
from kit.cards import load_cards, own_folders
from kit.errors import BadParameter
from kit.reporting import media, render
from kit.reporting.figures import Figures
from kit.reporting.files import ReportFiles, check_name, publish, slug, staging
from kit.reporting.material import Material, gather
from kit.reporting.sections import (
    answer,
    clips,
    findings,
    measurements,
    method,
    models,
    provenance,
    scores,
    speed,
)
from kit.reporting.sections.phrases import plural
from kit.reporting.written import written

if TYPE_CHECKING:
    from kit.study import Study

SCHEMA, SCHEMA_VERSION = "t2v-eval-kit/report", 1
ASSETS = ("link", "embed")


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
    voted. `draws` and `seed` rule the bootstrap.

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
    ) -> None:
        from kit.study import Study

        if assets not in ASSETS:
            raise BadParameter(f"assets is {assets!r}; it is one of {', '.join(ASSETS)}")
        self.study = Study.open(study) if isinstance(study, str | Path) else study
        self._material: Material = gather(self.study, rater_kind=rater_kind, draws=draws, seed=seed)
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

    def answer(self) -> Section:
        """The verdicts on one screen, what was compared and what was not."""
        return self._add(answer.section(self._material))

    def clips(self) -> Section:
        """Per prompt its text, its clips in one player and their measurements side by side."""
        return self._add(clips.section(self._material))

    def findings(self) -> Section:
        """What raters chose on each dimension, and how they scored."""
        shown = self._add(findings.section(self._material, self._figures))
        scored = scores.section(self._material)
        if scored is not None:
            self._add(scored)
        return shown

    def measurements(self) -> Section:
        """What was measured, by metric."""
        return self._add(measurements.section(self._material, self._figures))

    def speed_and_cost(self) -> Section:
        """How long the clips took to make, and what they cost."""
        return self._add(speed.section(self._material, self._figures))

    def models(self) -> Section:
        """What the models can do by their cards, and what was held constant."""
        return self._add(models.section(self._material, load_cards(*own_folders(self.study.folder))))

    def method(self) -> Section:
        """How votes were weighed, what dimensions and measurements mean."""
        return self._add(method.section(self._material))

    def provenance(self) -> Section:
        """Fingerprint, hashes and versions, and the command that builds the page again."""
        return self._add(
            provenance.section(
                self._material,
                name=self.name,
                assets=self.assets,
                title=self._given_title,
                kit_version=__version__,
            )
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
        refs = self._material.refs if any(s["id"] == "clips" for s in self._sections) else []
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

    def _add(self, section: dict[str, Any]) -> Section:
        if any(s["id"] == section["id"] for s in self._sections):
            raise BadParameter(f"the page has the section {section['id']!r} already; call it once")
        self._sections.append(section)
        return Section(render.clean(section))

    def _lede(self) -> str:
        material = self._material
        prompts = len({group.prompt_id for group in material.groups})
        text = f"{plural(len(material.models), 'model')}, {plural(prompts, 'prompt')}, {plural(len(material.refs), 'clip')}"
        votes = len(material.votes)
        return f"{text}, {plural(votes, 'vote')}." if votes else f"{text}, no votes yet."

    def _banners(self) -> list[dict[str, str]]:
        material = self._material
        found = []
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


def _json(data: Any) -> str:
    return json.dumps(render.clean(data), sort_keys=True, ensure_ascii=False, allow_nan=False)

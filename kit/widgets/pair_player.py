"""Two to six clips side by side in a notebook, in step."""

import base64
from typing import TYPE_CHECKING, Any, ClassVar, cast

from kit.errors import BadParameter, ClipError
from kit.guarded import film_strip, poster
from kit.player import PlayerClip, PlayerStrip, markup
from kit.player_data import ClipData, clip_data
from kit.widgets import fallback
from kit.widgets.given import require_study
from kit.widgets.module import Buffers, ModuleWidget
from kit.widgets.shown import Shown, ShownClip, what_is_shown
from kit.widgets.transport import budget_bytes, link, send

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kit.player_data import MeasuredRow
    from kit.study import Study


class PairPlayer(ModuleWidget):
    """A synchronised player in a notebook.

        kit.PairPlayer(study.pairs().iloc[0])                # a pair of a study
        kit.PairPlayer([hash_1, hash_2, hash_3], study=study)
        kit.PairPlayer(["a.mp4", "b.webm"])                  # files
        kit.PairPlayer({"first try": "a.mp4", "second": "b.mp4"}, label="A cat on a sofa")

    Clips come by a link where the browser can reach the files through its Jupyter server. Else their bytes are sent,
    up to `budget_mb` megabytes a clip; what is larger comes as a smaller copy that is marked as a proxy. The line
    below the player says which. Nothing is sent before the player comes into view, and a saved notebook holds
    posters and text, no clips and no script.

    Raises BadParameter for anything that cannot be played, ClipMissing and ClipUnreadable for a clip that is gone or
    is no video.
    """

    _module: ClassVar[str] = "pair_player"
    _sheets: ClassVar[tuple[str, ...]] = ("player", "pair_player")

    def __init__(
        self,
        pair: Any = None,
        *,
        study: "Study | None" = None,
        label: str | None = None,
        budget_mb: float = 25,
    ) -> None:
        """`pair` is what to play, `label` stands above it (the prompt, where there is one and none is given)."""
        if pair is None:
            raise BadParameter("say which clips to play, for example PairPlayer(study.pairs().iloc[0])")
        if study is not None:
            require_study(study)
        self._budget = budget_bytes(budget_mb)
        self._shown: Shown = what_is_shown(pair, study, label)
        self._figure: str | None = None
        super().__init__()

    def __repr__(self) -> str:
        names = ", ".join(clip.name for clip in self._shown.clips)
        return f"<PairPlayer {names}>"

    def static_html(self) -> str:
        """Posters, names, facts and the prompt."""
        return fallback.static_html(self._shown)

    def static_text(self) -> str:
        """Names, facts and the prompt."""
        return fallback.static_text(self._shown)

    def answer(self, op: str, data: dict[str, Any], buffers: Buffers) -> tuple[dict[str, Any], list[bytes]]:  # noqa: ARG002
        """`open`: the player's markup, and where the files lie. `clip` {index, proxy}: one clip's bytes."""
        if op == "open":
            links = [link(clip) for clip in self._shown.clips]
            return {"html": self._markup(), "links": links, "budget": self._budget}, []
        if op == "clip":
            index, proxy = data.get("index"), data.get("proxy", False)
            if type(index) is not int or not 0 <= index < len(self._shown.clips) or type(proxy) is not bool:
                raise BadParameter(f"there is no clip {index!r} in this player")
            sent = send(self._shown.clips[index], self._budget, proxy=proxy)
            return {"mime": sent.mime, "proxy": sent.proxy, "note": sent.note}, [sent.data]
        raise BadParameter(f"a player cannot be asked for {op!r}")

    def _markup(self) -> str:
        """Made once: posters and film strips cost a decoding pass."""
        if self._figure is None:
            measured = _measured(self._shown)
            clips = [_player_clip(clip, measured.get(clip.clip or "")) for clip in self._shown.clips]
            self._figure = str(markup(clips, label=self._shown.label, offer_proxy=True))
        return self._figure


def _measured(shown: Shown) -> dict[str, ClipData]:
    """Marks and curves of the clips that the study has measured."""
    if shown.study is None:
        return {}
    wanted = {clip.clip for clip in shown.clips}
    rows = shown.study.measurements
    rows = rows[rows["clip"].isin(list(wanted))]
    return {
        str(clip): clip_data(cast("Iterable[MeasuredRow]", group.itertuples(index=False)))
        for clip, group in rows.groupby("clip")
    }


def _player_clip(clip: ShownClip, data: ClipData | None) -> PlayerClip:
    picture, strip = None, None
    try:
        with clip.open() as path:
            picture = _data_uri(poster(path))
            made = film_strip(path)
            strip = PlayerStrip(_data_uri(made.jpeg), made.frames, made.width, made.height)
    except ClipError:
        pass  # the clip itself says what is wrong with it, as soon as it is asked for
    return PlayerClip(
        name=clip.name, src=None, mime=clip.mime, poster=picture, width=clip.width, height=clip.height, fps=clip.fps,
        seconds=clip.seconds, frames=clip.frames, codec=clip.codec, has_audio=clip.has_audio, sandbox=clip.sandbox,
        strip=strip, data=data,
    )  # fmt: skip


def _data_uri(jpeg: bytes) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"

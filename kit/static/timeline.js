// The shared time line of a player: film strips, the line itself, marks of what was measured, charts.
//
// Everything stands where it belongs in the shared time, which runs over the whole width. While clips play, only the
// line, the cursors and a few numbers change.

import { buildCharts } from "./charts.js";
import { make } from "./elements.js";
import { buildMarks } from "./lanes.js";
import { buildStrip } from "./strips.js";
import { timeText } from "./timing.js";
import { buildOverlay, seekBy } from "./track.js";

/** As many clips have their strips one above the other; of more, one is chosen. */
const MOST_STRIPS = 3;

/**
 * @typedef {object} TimelineClip  what the time line needs of a clip; `./clip.js` has it
 * @property {string} letter
 * @property {string} name
 * @property {boolean} shown
 * @property {boolean} broken
 * @property {HTMLElement} box
 * @property {import("./timing.js").Timing} timing
 */

/**
 * @typedef {object} TimelineActions
 * @property {(time: number) => void} seek
 * @property {(stretch: [number, number] | null) => void} setStretch
 */

/** @typedef {{time: number, shown: number, duration: number, stretch?: [number, number] | null}} Moment */
/** @typedef {{index: number, letter: string, name: string, timing: import("./timing.js").Timing}} InView */

/**
 * @param {object} options
 * @param {TimelineClip[]} options.clips
 * @param {any} options.data  the figure's kit-player-data (see kit/player_data.py), or null
 * @param {TimelineActions} options.act
 * @param {string} options.id  unique in the page
 * @param {boolean} options.blind  nothing but the line
 */
export function buildTimeline({ clips, data, act, id, blind }) {
  /** @type {Moment} */
  let last = { time: 0, shown: 0, duration: 0 };
  let rows = "";

  const line = make("input", { type: "range", class: "kit-line", min: "0", max: "1", step: "any", value: "0" });
  line.setAttribute("aria-label", "Time");
  line.addEventListener("input", () => act.seek(Number(line.value)));

  const canSeek = (/** @type {HTMLElement} */ area) => seekBy(area, { act, length: () => last.duration });
  const measured = blind ? null : data;
  const films = blind ? null : buildFilms(clips, canSeek, layOut);
  const marks = measured ? buildMarks({ data: measured, act }) : null;
  const charts = measured ? buildCharts({ data: measured, id, canSeek, now: () => last }) : null;
  const overlay = buildOverlay();
  const lanes = make("div", { class: "kit-lanes" });
  const tracks = make("div", { class: "kit-tracks" }, [
    ...(films ? [films.root] : []),
    make("div", { class: "kit-row" }, [make("span"), line]),
    lanes,
    overlay.root,
  ]);
  const root = make("div", { class: "kit-timeline" }, [tracks, ...(marks ? [marks.root] : [])]);
  root.classList.toggle("kit-plain", !films && !marks && !charts);
  const below = charts ? [charts.root] : [];

  /** Rows for the clips in view; builds only where something changed. */
  function layOut() {
    /** @type {InView[]} */
    const shown = clips.flatMap(({ letter, name, timing, shown: isShown, broken }, index) =>
      isShown && !broken ? [{ letter, name, timing, index }] : [],
    );
    const state = shown.map(({ index, timing }) => `${index} ${timing.seconds} ${timing.fps}`).join();
    films?.setClips(shown);
    if (state === rows) return;
    rows = state;
    charts?.setClips(shown);
    const made = marks?.setClips(shown) ?? [];
    lanes.replaceChildren(
      ...made.map((lane, i) => {
        canSeek(lane);
        return make("div", { class: "kit-row" }, [letterOf(shown[i]), lane]);
      }),
    );
  }

  /** @param {Moment} moment */
  function show(moment) {
    const { time, shown, duration, stretch = null } = moment;
    if (duration !== last.duration) {
      for (const part of [root, ...below]) part.style.setProperty("--kit-length", String(duration || 1));
      line.max = String(duration || 1);
    }
    last = moment;
    const share = duration ? Math.min(1, time / duration) : 0;
    line.value = String(time);
    line.style.setProperty("--kit-done", `${100 * share}%`);
    line.setAttribute("aria-valuetext", timeText(shown, duration));
    overlay.move(share);
    overlay.mark(stretch);
    marks?.render(time);
    charts?.render(moment);
  }

  layOut();
  return {
    root,
    /** What belongs below the buttons: the charts, which may be high. */
    below,
    line,
    /** Shows a moment. Called for every frame while clips play. */
    render: show,
    /** After clips came into view, left it, failed or changed their length. @param {TimelineClip[]} list */
    setClips(list) {
      clips = list;
      layOut();
      show(last);
    },
    remove() {
      films?.remove();
      charts?.remove();
      for (const part of [root, ...below]) part.remove();
    },
  };
}

/**
 * The film strips of those clips that have one; null where none has.
 * @param {TimelineClip[]} clips
 * @param {(area: HTMLElement) => void} canSeek
 * @param {() => void} onpick  another clip's strip was asked for
 */
function buildFilms(clips, canSeek, onpick) {
  const films = clips.flatMap(({ letter, name, box }, index) => {
    const source = box.querySelector("img.kit-strip");
    if (!(source instanceof HTMLImageElement)) return [];
    const strip = buildStrip(source);
    const track = make("div", { class: "kit-track kit-film-track" }, [strip.canvas]);
    track.title = "Click or drag to jump to a moment; with Shift held, drag to mark a stretch";
    canSeek(track);
    return [{ index, letter, name, strip, track }];
  });
  if (films.length === 0) return null;
  const many = films.length > MOST_STRIPS;
  const picker = make("select", { "aria-label": "Clip of the film strip" });
  picker.addEventListener("change", onpick);
  const root = make("div", { class: "kit-films" });
  let built = "";
  return {
    root,
    /** @param {InView[]} shown */
    setClips(shown) {
      const inView = films.flatMap((film) => {
        const clip = shown.find(({ index }) => index === film.index);
        if (clip) film.strip.canvas.style.setProperty("--kit-to", String(clip.timing.seconds));
        return clip ? [film] : [];
      });
      const state = inView.map(({ index }) => index).join();
      if (many && state !== built) {
        const before = picker.value;
        picker.replaceChildren(
          ...inView.map(({ letter, name, index }) => make("option", { value: String(index), title: name }, [letter])),
        );
        if (inView.some(({ index }) => String(index) === before)) picker.value = before;
      }
      const rows = many ? inView.filter(({ index }) => String(index) === picker.value) : inView;
      built = state;
      root.replaceChildren(
        ...rows.map((film) => make("div", { class: "kit-row" }, [many ? picker : letterOf(film), film.track])),
      );
    },
    remove() {
      for (const { strip } of films) strip.remove();
    },
  };
}

/** @param {{letter: string, name: string}} clip */
function letterOf({ letter, name }) {
  return make("span", { class: "kit-row-letter", title: name }, [letter]);
}

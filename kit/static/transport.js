// The one transport of a player: what everybody needs in one row, what the mode needs in a second, the rest folded.

import { choice, clipPick, icon, iconButton, textButton } from "./controls.js";
import { make } from "./elements.js";
import { buildKeyList } from "./key_list.js";
import { GAINS, MODES, isOverlay } from "./modes.js";
import { fits } from "./pairs.js";
import { LOOP_RULES, SPEEDS, formatSeconds } from "./timing.js";
import { ZOOMS, zoomName } from "./zoom.js";

/** @typedef {import("./clip.js").Clip} Clip */

/**
 * What can be asked of a player.
 * @typedef {object} Actions
 * @property {() => void} toggle
 * @property {(steps: number) => void} step
 * @property {(time: number) => void} seek
 * @property {(text: string) => boolean} goTo  whether the text was a time
 * @property {(speed: number) => void} setSpeed
 * @property {(rule: import("./timing.js").LoopRule) => void} setLoop
 * @property {(end: "from" | "to") => void} markEnd
 * @property {(stretch: import("./timing.js").Stretch | null) => void} setStretch
 * @property {(index: number | null) => void} setSound
 * @property {(mode: import("./modes.js").Mode) => void} setMode
 * @property {(index: number) => void} flipTo
 * @property {(pair: import("./pairs.js").Pair, kept: 0 | 1) => void} setPair
 * @property {(gain: number) => void} setGain
 * @property {(zoom: import("./zoom.js").Zoom) => void} setZoom
 */

/** What a transport shows as chosen. @typedef {import("./looks.js").Choices} Choices */

const LOOP_NAMES = {
  off: "off",
  longest: "at the end of the longest clip",
  shortest: "at the end of the shortest clip",
  stretch: "inside the marked stretch",
};

/**
 * @param {Clip[]} clips
 * @param {Actions} act
 * @param {{id: string, blind: boolean, timeline: HTMLElement}} how  `id` is unique in the page
 */
export function buildTransport(clips, act, { id, blind, timeline }) {
  const several = clips.length > 1;
  const back = iconButton("One frame back", "back", ", or left arrow", () => act.step(-1));
  const play = iconButton("Play", "play", "Space or K", () => act.toggle());
  play.classList.add("kit-play");
  const on = iconButton("One frame on", "forward", ". or right arrow", () => act.step(1));
  const clock = make("span", { class: "kit-clock" });

  const keys = { side: "S", wipe: "W", flip: "F", difference: "D" };
  const mode = choice(
    "View",
    MODES.map(({ mode: value, text, name }) => ({ value, text, name, key: keys[value] })),
    (value) => act.setMode(value),
  );
  const zoom = choice(
    "Zoom",
    ZOOMS.map((value) => ({ value, text: zoomName(value), name: value ? `${value}:1 pixels` : "fit", key: "Z" })),
    (value) => act.setZoom(value),
  );
  const audible = blind ? [] : clips.filter((clip) => clip.hasAudio);
  const sound = choice(
    "Sound",
    [
      { value: /** @type {number | null} */ (null), text: "off", name: "off", key: "M" },
      ...audible.map(({ index, letter }) => ({ value: index, text: letter, name: `clip ${letter}`, key: "M" })),
    ],
    (value) => act.setSound(value),
  );
  const scene = buildScene(clips, act);
  const more = buildMore(several, act, id);
  const status = make("p", { class: "kit-status", role: "status", "aria-live": "polite" });
  const why = make("p", { class: "kit-why", id: `${id}-why` });
  const rules = make("p", { class: "kit-rules" });

  const root = make("div", { class: "kit-transport" }, [
    timeline,
    make("div", { class: "kit-bar" }, [
      make("div", { class: "kit-buttons", role: "group", "aria-label": "Playback" }, [back, play, on]),
      clock,
      ...(several ? [mode.root] : []),
      zoom.root,
      ...(audible.length > 0 ? [sound.root] : []),
      more.button,
    ]),
    scene.root,
    more.root,
    make("div", { class: "kit-foot" }, [
      status,
      buildKeyList({ several, sound: audible.length > 0 }),
      rules,
      why,
    ]),
  ]);

  return {
    root,
    clock,
    status,
    /** @param {boolean} running */
    showRunning(running) {
      const name = running ? "Pause" : "Play";
      play.replaceChildren(icon(running ? "pause" : "play"));
      play.setAttribute("aria-label", name);
      play.title = `${name} (Space or K)`;
    },
    /** @param {Choices} choices */
    show(choices) {
      mode.show(choices.mode);
      mode.disable((value) => choices.fault !== "" && isOverlay(value), why.id);
      zoom.show(choices.zoom);
      sound.show(choices.sound);
      scene.show(choices);
      more.show(choices);
      why.textContent = choices.fault;
      rules.textContent = choices.rules;
    },
  };
}

/** What belongs to one mode: the clip that a flip shows, the two clips of a wipe or difference, the gain. */
function buildScene(/** @type {Clip[]} */ clips, /** @type {Actions} */ act) {
  const flip = choice(
    "Showing",
    clips.map(({ index, letter, name }) => ({ value: index, text: letter, name: `clip ${letter}, ${name}`, key: "F" })),
    (value) => act.flipTo(value),
  );
  const picks = ["Left", "Right"].map((side, kept) =>
    clipPick(`${side} clip`, clips, () =>
      act.setPair([Number(picks[0].value), Number(picks[1].value)], kept === 0 ? 0 : 1),
    ),
  );
  const pair = make("div", { class: "kit-choice", role: "group", "aria-label": "Clips" }, [
    make("span", { class: "kit-choice-label", "aria-hidden": "true" }, ["Clips"]),
    ...picks,
  ]);
  const gain = choice(
    "Gain",
    GAINS.map((value) => ({ value, text: `×${value}`, name: `times ${value}` })),
    (value) => act.setGain(value),
  );
  const hint = make("span", { class: "kit-hint" });
  const root = make("div", { class: "kit-bar kit-scene" }, [flip.root, pair, gain.root, hint]);
  return {
    root,
    /** @param {Choices} choices */
    show({ mode, current, pair: chosen, gain: times }) {
      root.hidden = mode === "side" || (mode === "wipe" && clips.length < 3);
      flip.root.hidden = mode !== "flip";
      flip.show(current);
      flip.disable((index) => clips[index].broken);
      pair.hidden = !isOverlay(mode) || clips.length < 3;
      gain.root.hidden = mode !== "difference";
      gain.show(times);
      hint.hidden = mode !== "difference";
      if (!chosen) return;
      picks.forEach((select, side) => {
        select.value = String(chosen[side]);
        [...select.options].forEach((option, i) => {
          // The left clip may be any that has a partner; the right one has to fit the left.
          const choosable = side === 0 ? clips.some((_, other) => fits(clips, i, other)) : fits(clips, chosen[0], i);
          option.disabled = !choosable;
        });
      });
      const [a, b] = chosen.map((index) => clips[index].letter);
      hint.textContent = `Black where ${a} and ${b} are alike.`;
    },
  };
}

/** Speed, loop and jump: folded away until asked for. */
function buildMore(/** @type {boolean} */ several, /** @type {Actions} */ act, /** @type {string} */ id) {
  const speed = choice(
    "Speed",
    SPEEDS.map((value, i) => ({ value, text: `${value}×`, name: `${value} times`, key: String(i + 1) })),
    (value) => act.setSpeed(value),
  );
  const rules = LOOP_RULES.filter((rule) => several || rule !== "shortest");
  const loop = choice(
    "Loop",
    rules.map((value) => {
      const single = !several && value === "longest";
      return { value, text: single ? "on" : value, name: single ? "on" : LOOP_NAMES[value], key: "L" };
    }),
    (value) => act.setLoop(value),
  );
  const marked = make("span", { class: "kit-marked" });
  const clear = textButton("clear", "Clear the stretch", "\\", () => act.setStretch(null));
  const stretch = make("div", { class: "kit-choice", role: "group", "aria-label": "Stretch" }, [
    make("span", { class: "kit-choice-label", "aria-hidden": "true" }, ["Stretch"]),
    make("span", { class: "kit-choice-row" }, [
      textButton("from here", "Stretch from here", "[", () => act.markEnd("from")),
      textButton("to here", "Stretch to here", "]", () => act.markEnd("to")),
      clear,
    ]),
    marked,
  ]);
  const field = make("input", { type: "text", class: "kit-goto", size: "7", id: `${id}-goto`, placeholder: "1.5 or f12" });
  field.setAttribute("autocomplete", "off");
  field.title = "Seconds (1.5), or a frame of the slowest clip (f12); then Enter";
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && field.value.trim() !== "") {
      field.setAttribute("aria-invalid", String(!act.goTo(field.value)));
    }
  });
  field.addEventListener("input", () => field.removeAttribute("aria-invalid"));
  const jump = make("div", { class: "kit-choice" }, [
    make("label", { class: "kit-choice-label", for: field.id }, ["Go to"]),
    field,
  ]);
  const root = make("div", { class: "kit-bar kit-more", id: `${id}-more` }, [speed.root, loop.root, stretch, jump]);
  root.hidden = true;
  const button = make("button", { type: "button", class: "kit-more-button", "aria-expanded": "false" }, ["More"]);
  button.setAttribute("aria-controls", root.id);
  button.title = "Speed, loop, jump";
  button.addEventListener("click", () => {
    root.hidden = !root.hidden;
    button.setAttribute("aria-expanded", String(!root.hidden));
  });
  return {
    button,
    root,
    /** @param {Choices} choices */
    show(choices) {
      speed.show(choices.speed);
      loop.show(choices.loop);
      loop.disable((rule) => rule === "stretch" && choices.stretch === null);
      clear.disabled = choices.stretch === null;
      marked.textContent = choices.stretch ? `${choices.stretch.map(formatSeconds).join(" to ")} s` : "";
    },
  };
}

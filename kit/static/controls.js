// The parts of the player that people touch. Builds elements and says what was asked for; decides nothing.
// Text from outside goes in as text only, never as markup.

import { SPEEDS } from "./timing.js";

const SVG = "http://www.w3.org/2000/svg";

// Drawn on a 16 by 16 grid.
const ICONS = {
  play: "M4 2.5v11l9.5-5.5z",
  pause: "M3.5 2.5h3v11h-3zM9.5 2.5h3v11h-3z",
  back: "M3 2.5h2.5v11H3zM13 2.5v11L6.5 8z",
  forward: "M10.5 2.5H13v11h-2.5zM3 2.5v11L9.5 8z",
};

const KEYS = [
  [["Space", "K"], "play or pause"],
  [[",", "←"], "one frame back"],
  [[".", "→"], "one frame on"],
  [["Home"], "first frame"],
  [["End"], "last frame"],
  [["L"], "loop: off, longest, shortest"],
  [["W"], "wipe or side by side"],
  [["M"], "sound: off, then each clip"],
  [["1", "2", "3", "4"], "speed 0.25, 0.5, 1, 2"],
];

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string>} [attributes]
 * @param {(Node | string)[]} [children]
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, attributes = {}, children = []) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** @param {keyof ICONS} name */
function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** @param {string} name @param {keyof ICONS} picture @param {string} keys @param {() => void} onpick */
function iconButton(name, picture, keys, onpick) {
  const button = make("button", { type: "button", class: "kit-button", "aria-label": name }, [icon(picture)]);
  button.title = `${name} (${keys})`;
  button.addEventListener("click", onpick);
  return button;
}

/**
 * A row of buttons of which one is pressed.
 * @template T
 * @param {string} label
 * @param {{value: T, text: string, name: string}[]} options
 * @param {(value: T) => void} onpick
 */
function choice(label, options, onpick) {
  const buttons = options.map(({ value, text, name }) => {
    const button = make("button", { type: "button", "aria-label": `${label}: ${name}`, "aria-pressed": "false" }, [text]);
    button.addEventListener("click", () => onpick(value));
    return button;
  });
  const root = make("div", { class: "kit-choice", role: "group", "aria-label": label }, [
    make("span", { class: "kit-choice-label", "aria-hidden": "true" }, [label]),
    make("span", { class: "kit-choice-row" }, buttons),
  ]);
  return {
    root,
    /** @param {T} value */
    show(value) {
      buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(options[i].value === value)));
    },
  };
}

/** The list of keys, folded away until asked for. */
function keyList() {
  const list = make("dl");
  for (const [keys, meaning] of /** @type {[string[], string][]} */ (KEYS)) {
    const names = keys.map((key) => make("kbd", {}, [key]));
    list.append(make("div", {}, [make("dt", {}, names), make("dd", {}, [meaning])]));
  }
  return make("details", { class: "kit-keys" }, [make("summary", {}, ["Keys"]), list]);
}

/**
 * @typedef {object} Actions
 * @property {() => void} toggle
 * @property {(steps: number) => void} step
 * @property {(time: number) => void} seek
 * @property {(speed: number) => void} setSpeed
 * @property {(rule: import("./timing.js").LoopRule) => void} setLoop
 * @property {(index: number | null) => void} setSound
 * @property {(on: boolean) => void} setWipe
 * @property {(pair: [number, number]) => void} setWipePair
 */

/**
 * The one transport of a player.
 * @param {{letter: string, name: string, hasAudio: boolean}[]} clips
 * @param {Actions} act
 * @param {string} id  unique in the page
 */
export function buildTransport(clips, act, id) {
  const back = iconButton("One frame back", "back", ", or left arrow", () => act.step(-1));
  const play = iconButton("Play", "play", "Space or K", () => act.toggle());
  play.classList.add("kit-play");
  const on = iconButton("One frame on", "forward", ". or right arrow", () => act.step(1));

  const line = make("input", { type: "range", class: "kit-line", min: "0", max: "1", step: "any", value: "0" });
  line.setAttribute("aria-label", "Time");
  line.addEventListener("input", () => act.seek(Number(line.value)));
  const clock = make("span", { class: "kit-clock" });

  const speed = choice(
    "Speed",
    SPEEDS.map((value) => ({ value, text: `${value}×`, name: `${value} times` })),
    act.setSpeed,
  );
  const loop = choice(
    "Loop",
    [
      { value: /** @type {const} */ ("off"), text: "off", name: "off" },
      { value: /** @type {const} */ ("longest"), text: "longest", name: "at the end of the longest clip" },
      { value: /** @type {const} */ ("shortest"), text: "shortest", name: "at the end of the shortest clip" },
    ],
    act.setLoop,
  );

  const audible = clips.flatMap((clip, index) => (clip.hasAudio ? [{ clip, index }] : []));
  const sound = choice(
    "Sound",
    [
      { value: /** @type {number | null} */ (null), text: "off", name: "off" },
      ...audible.map(({ clip, index }) => ({ value: index, text: clip.letter, name: `clip ${clip.letter}` })),
    ],
    act.setSound,
  );

  const status = make("p", { class: "kit-status", role: "status", "aria-live": "polite" });
  const wipe = clips.length > 1 ? buildWipe(clips, act, id) : null;

  const root = make("div", { class: "kit-transport" }, [
    make("div", { class: "kit-time" }, [line, clock]),
    make("div", { class: "kit-bar" }, [
      make("div", { class: "kit-buttons", role: "group", "aria-label": "Playback" }, [back, play, on]),
      speed.root,
      ...(clips.length > 1 ? [loop.root] : []),
      ...(audible.length > 0 ? [sound.root] : []),
      ...(wipe ? [wipe.root] : []),
    ]),
    make("div", { class: "kit-foot" }, [status, ...(wipe ? [wipe.why] : []), keyList()]),
  ]);

  return {
    root,
    line,
    clock,
    status,
    speed,
    loop,
    sound,
    wipe,
    /** @param {boolean} running */
    showRunning(running) {
      const name = running ? "Pause" : "Play";
      play.replaceChildren(icon(running ? "pause" : "play"));
      play.setAttribute("aria-label", name);
      play.title = `${name} (Space or K)`;
    },
  };
}

/** The wipe's switch, its choice of clips where there are more than two, and why it is off where it is. */
function buildWipe(/** @type {{letter: string, name: string}[]} */ clips, /** @type {Actions} */ act, id) {
  const button = make("button", { type: "button", "aria-pressed": "false" }, ["Wipe"]);
  button.addEventListener("click", () => act.setWipe(button.getAttribute("aria-pressed") !== "true"));
  const why = make("p", { class: "kit-why", id: `${id}-why` });
  button.setAttribute("aria-describedby", why.id);
  const picks = clips.length > 2 ? ["Left", "Right"].map((side) => pick(side, clips)) : [];
  picks.forEach((select) =>
    select.addEventListener("change", () => act.setWipePair([Number(picks[0].value), Number(picks[1].value)])),
  );
  const root = make("div", { class: "kit-choice", role: "group", "aria-label": "Wipe" }, [
    make("span", { class: "kit-choice-row" }, [button]),
    ...picks,
  ]);
  return {
    root,
    why,
    /** @param {{on: boolean, pair: [number, number] | null, reason: string}} state */
    show({ on, pair, reason }) {
      button.setAttribute("aria-pressed", String(on));
      button.disabled = reason !== "";
      why.textContent = reason;
      picks.forEach((select, side) => {
        select.hidden = pair === null;
        if (pair) select.value = String(pair[side]);
      });
    },
  };
}

/** @param {string} side @param {{letter: string, name: string}[]} clips */
function pick(side, clips) {
  const select = make("select", { "aria-label": `${side} side of the wipe` });
  clips.forEach(({ letter, name }, index) => {
    const option = make("option", { value: String(index) }, [letter]);
    option.title = name;
    select.append(option);
  });
  return select;
}

/**
 * The handle drawn over two clips in wipe mode: a range input over the whole picture, so that pointer, touch and
 * keyboard all move it without code of ours.
 * @param {(share: number) => void} onmove
 */
export function buildWipeHandle(onmove) {
  const input = make("input", { type: "range", min: "0", max: "100", step: "0.5", value: "50" });
  input.setAttribute("aria-label", "Wipe position");
  const move = () => {
    const share = Number(input.value);
    input.setAttribute("aria-valuetext", `${Math.round(share)}% from the left`);
    onmove(share);
  };
  input.addEventListener("input", move);
  const root = make("div", { class: "kit-wipe-layer" }, [
    input,
    make("span", { class: "kit-wipe-line", "aria-hidden": "true" }),
  ]);
  return { root, input, move };
}

// The kinds of parts that a transport is made of. Builds elements and says what was asked for; decides nothing.
// Text from outside goes in as text only, never as markup.

import { make, makeSvg } from "./elements.js";

// Drawn on a 16 by 16 grid.
const ICONS = {
  play: "M4 2.5v11l9.5-5.5z",
  pause: "M3.5 2.5h3v11h-3zM9.5 2.5h3v11h-3z",
  back: "M3 2.5h2.5v11H3zM13 2.5v11L6.5 8z",
  forward: "M10.5 2.5H13v11h-2.5zM3 2.5v11L9.5 8z",
};

/** @param {keyof ICONS} name */
export function icon(name) {
  return makeSvg("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, [makeSvg("path", { d: ICONS[name] })]);
}

/** @param {string} name @param {keyof ICONS} picture @param {string} keys @param {() => void} onpick */
export function iconButton(name, picture, keys, onpick) {
  const button = make("button", { type: "button", class: "kit-button", "aria-label": name }, [icon(picture)]);
  button.title = `${name} (${keys})`;
  button.addEventListener("click", onpick);
  return button;
}

/** @param {string} text @param {string} name  what it does, in full @param {string} key @param {() => void} onpick */
export function textButton(text, name, key, onpick) {
  const button = make("button", { type: "button", "aria-label": name, title: `${name} (${key})` }, [text]);
  button.addEventListener("click", onpick);
  return button;
}

/**
 * A row of buttons of which one is pressed.
 * @template T
 * @param {string} label
 * @param {{value: T, text: string, name: string, key?: string}[]} options
 * @param {(value: T) => void} onpick
 */
export function choice(label, options, onpick) {
  const buttons = options.map(({ value, text, name, key }) => {
    const button = make("button", { type: "button", "aria-label": `${label}: ${name}`, "aria-pressed": "false" }, [text]);
    if (key) button.title = `${label}: ${name} (${key})`;
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
    /**
     * @param {(value: T) => boolean} off  which of them cannot be chosen
     * @param {string} [why]  the id of the element that says why
     */
    disable(off, why) {
      buttons.forEach((button, i) => {
        button.disabled = off(options[i].value);
        if (button.disabled && why) button.setAttribute("aria-describedby", why);
        else button.removeAttribute("aria-describedby");
      });
    },
  };
}

/** @param {string} label @param {{letter: string, name: string}[]} clips @param {() => void} onpick */
export function clipPick(label, clips, onpick) {
  const select = make("select", { "aria-label": label });
  clips.forEach(({ letter, name }, index) => {
    const option = make("option", { value: String(index) }, [letter]);
    option.title = name;
    select.append(option);
  });
  select.addEventListener("change", onpick);
  return select;
}

/**
 * The handle drawn over two clips in wipe mode: a range input over the whole picture, so that pointer, touch and
 * keyboard all move it without code of ours.
 * @param {(share: number) => void} onmove  from 0, all the right clip, to 1
 */
export function buildWipeHandle(onmove) {
  const input = make("input", { type: "range", min: "0", max: "100", step: "0.5", value: "50" });
  input.setAttribute("aria-label", "Wipe position");
  const move = () => {
    const percent = Number(input.value);
    input.setAttribute("aria-valuetext", `${Math.round(percent)}% from the left`);
    onmove(percent / 100);
  };
  input.addEventListener("input", move);
  const root = make("div", { class: "kit-wipe-layer" }, [
    input,
    make("span", { class: "kit-wipe-line", "aria-hidden": "true" }),
  ]);
  return {
    root,
    move,
    get share() {
      return Number(input.value) / 100;
    },
    /** @param {number} share */
    set(share) {
      input.value = String(100 * share);
      move();
    },
  };
}

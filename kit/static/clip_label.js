// What a player writes on a clip: why it does not play, that it is a smaller copy.

import { make } from "./elements.js";

/**
 * The message in the place of a clip that does not play.
 * @param {string} text
 * @param {(() => void) | null} onproxy  asks for a smaller copy; null where nobody could make one
 */
export function faultMessage(text, onproxy) {
  const message = make("div", { class: "kit-message" }, [make("p", {}, [text])]);
  if (onproxy) {
    const button = make("button", { type: "button" }, ["Make a smaller copy that plays here"]);
    button.addEventListener("click", () => {
      button.disabled = true;
      button.textContent = "Making a smaller copy…";
      onproxy();
    });
    message.append(button);
  }
  return message;
}

/**
 * @param {{letter: string, codec: string, download: boolean}} clip  `codec` is empty where it is not to be told
 * @returns {string} why the browser does not play a clip, and what to do
 */
export function undecodable({ letter, codec, download }) {
  const cause =
    `This browser cannot play clip ${letter}: its file is missing, or its codec` +
    `${codec ? ` (${codec})` : ""} is not one the browser knows. `;
  const remedy = download
    ? "Download it below and open it in a media player, or try another browser."
    : "Try another browser, or open the original file in a media player.";
  return cause + remedy;
}

/**
 * Marks a clip as a smaller copy, or takes the mark away, and writes its note.
 * @param {HTMLElement} box  a `.kit-clip`
 * @param {{proxy: boolean, note: string}} how
 * @returns {() => void} puts back what stood there
 */
export function labelCopy(box, { proxy, note }) {
  const tag = box.querySelector(".kit-tag");
  const before = tag ? [...tag.childNodes] : [];
  const marks = [...box.querySelectorAll(".kit-badge-proxy")];
  if (!proxy) marks.forEach((mark) => mark.remove());
  else if (marks.length === 0) {
    tag?.append(
      make("span", { class: "kit-badge kit-badge-proxy", title: "A smaller copy, not the original file" }, ["proxy"]),
    );
  }
  const line = box.querySelector(".kit-note");
  const text = line?.textContent ?? "";
  const fresh = note && !line ? make("p", { class: "kit-note" }, [note]) : null;
  if (fresh) box.append(fresh);
  else if (line && note) line.textContent = note;
  return () => {
    tag?.replaceChildren(...before);
    fresh?.remove();
    if (line) line.textContent = text;
  };
}

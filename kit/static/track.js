// What every row of the time line does: it can be pointed at to go to a moment, and has a cursor at the present one.

import { make } from "./elements.js";

/** Pixels that a pointer with Shift held must move to mark a stretch. */
const STRETCH_FROM = 4;

/**
 * A cursor and a marked stretch over a row or several. They are moved by transform, which costs no layout.
 */
export function buildOverlay() {
  const cursor = make("span", { class: "kit-cursor" });
  const span = make("span", { class: "kit-stretch" });
  const root = make("span", { class: "kit-overlay", "aria-hidden": "true" }, [span, cursor]);
  let drawn = "";
  return {
    root,
    /** @param {number} share  of the time line, 0 to 1 */
    move(share) {
      cursor.style.transform = `translateX(${(100 * share).toFixed(3)}%)`;
    },
    /** @param {[number, number] | null} stretch  in seconds */
    mark(stretch) {
      const wanted = stretch ? stretch.join(" ") : "";
      if (wanted === drawn) return;
      drawn = wanted;
      span.classList.toggle("kit-marked", stretch !== null);
      if (stretch) {
        span.style.setProperty("--kit-from", String(stretch[0]));
        span.style.setProperty("--kit-to", String(stretch[1]));
      }
    },
  };
}

/**
 * Makes an element go to the moment that is pointed at, also while dragged; with Shift held a drag marks a stretch.
 * @param {HTMLElement} area  as wide as the time line
 * @param {{act: import("./timeline.js").TimelineActions, length: () => number}} to  `length`: that of the time line
 */
export function seekBy(area, { act, length }) {
  const timeAt = (/** @type {PointerEvent} */ event) => {
    const { left, width } = area.getBoundingClientRect();
    return width > 0 ? Math.min(1, Math.max(0, (event.clientX - left) / width)) * length() : 0;
  };
  area.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !event.isPrimary) return;
    const over = new AbortController();
    const { signal } = over;
    const from = timeAt(event);
    const stretching = event.shiftKey;
    if (!stretching) act.seek(from);
    // Throws where the pointer is gone already; the drag then simply has no end outside.
    if (event.pointerId > 0) area.setPointerCapture(event.pointerId);
    area.addEventListener(
      "pointermove",
      (moved) => {
        if (!stretching) act.seek(timeAt(moved));
        else if (Math.abs(moved.clientX - event.clientX) >= STRETCH_FROM) act.setStretch([from, timeAt(moved)]);
      },
      { signal },
    );
    for (const name of ["pointerup", "pointercancel"]) area.addEventListener(name, () => over.abort(), { signal });
    // Text around must not be marked while dragging.
    event.preventDefault();
    area.closest(".kit-player")?.focus({ preventScroll: true });
  });
}

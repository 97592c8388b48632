// What a pointer does to the pictures: a click, a double click, a drag. Decides which it was; does nothing itself.

/** @typedef {import("./clip.js").Clip} Clip */

/** CSS pixels that a pointer may tremble within a click. */
const TREMBLE = 4;

/** CSS pixels beside the edge of a wipe from where it can be dragged when the rest of the picture pans. */
const GRIP = 22;

/** Milliseconds in which a second click makes a double click. */
const DOUBLE = 280;

/**
 * @typedef {object} PointerActions
 * @property {(clip: Clip) => void} click  for certain not half of a double click, where that has a meaning
 * @property {(clip: Clip, by: {x: number, y: number}) => void} drag
 * @property {(clip: Clip, at: {x: number, y: number}) => void} centre
 * @property {(x: number) => void} wipe  the edge is dragged to a place in the window
 */

/**
 * @param {HTMLElement} stage
 * @param {Clip[]} clips
 * @param {{zoomed: () => boolean, edge: () => number | null}} look  `edge`: where the wipe's edge is in the window, if any
 * @param {PointerActions} act
 * @param {AbortSignal} signal
 */
export function watchPointer(stage, clips, look, act, signal) {
  /** @type {{clip: Clip, x: number, y: number, id: number, moved: boolean, wiping: boolean} | null} */
  let held = null;
  let wasDrag = false;
  let waiting = 0;

  const clipOf = (/** @type {Event} */ event) => {
    const target = /** @type {Element} */ (event.target);
    if (target.closest("button, a, input, .kit-message")) return null;
    const frame = target.closest(".kit-frame");
    return clips.find((clip) => clip.frame === frame && !clip.broken) ?? null;
  };

  /** @type {Record<string, (event: any) => void>} */
  const on = {
    pointerdown(event) {
      wasDrag = false;
      const clip = clipOf(event);
      if (!clip || event.button !== 0 || !look.zoomed()) return;
      const edge = look.edge();
      const wiping = edge !== null && Math.abs(event.clientX - edge) <= GRIP;
      held = { clip, x: event.clientX, y: event.clientY, id: event.pointerId, moved: false, wiping };
    },
    pointermove(event) {
      if (!held || held.id !== event.pointerId) return;
      const by = { x: event.clientX - held.x, y: event.clientY - held.y };
      if (!held.moved) {
        if (Math.hypot(by.x, by.y) < TREMBLE) return;
        held.moved = true;
        held.clip.frame.setPointerCapture(event.pointerId);
        stage.classList.add("kit-dragging");
      }
      if (held.wiping) act.wipe(event.clientX);
      else act.drag(held.clip, by);
      held.x = event.clientX;
      held.y = event.clientY;
    },
    pointerup() {
      wasDrag = held?.moved ?? false;
      held = null;
      stage.classList.remove("kit-dragging");
    },
    pointercancel() {
      on.pointerup(null);
    },
    click(event) {
      const clip = clipOf(event);
      if (!clip || wasDrag) return;
      clearTimeout(waiting);
      if (!look.zoomed()) act.click(clip);
      else if (event.detail === 2) act.centre(clip, { x: event.clientX, y: event.clientY });
      else if (event.detail < 2) waiting = window.setTimeout(() => act.click(clip), DOUBLE);
    },
  };
  for (const [name, listener] of Object.entries(on)) stage.addEventListener(name, listener, { signal });
  signal.addEventListener("abort", () => {
    clearTimeout(waiting);
    stage.classList.remove("kit-dragging");
  });
}

// Film strips above the time line: a clip's small frames, each where it stands in time.

import { make } from "./elements.js";

/** How much larger than the row is high a picture may be drawn to close the gaps between pictures. */
const MOST_ZOOM = 1.35;

/** @typedef {{sx: number, sy: number, sw: number, sh: number, dx: number, dw: number}} Cell */

/**
 * Which part of the strip goes where, for a row of a given size in pixels. As many pictures as fit side by side, cut
 * at their edges rather than squeezed.
 * @param {{width: number, height: number}} row
 * @param {{frames: number, width: number, height: number}} strip  the size of one picture
 * @returns {Cell[]}
 */
export function stripCells(row, strip) {
  const natural = (strip.width * row.height) / strip.height;
  const count = Math.max(1, Math.min(strip.frames, Math.round(row.width / natural)));
  const wide = row.width / count;
  const least = row.height / strip.height;
  const scale = Math.min(Math.max(wide / strip.width, least), MOST_ZOOM * least);
  const [sw, sh] = [Math.min(strip.width, wide / scale), row.height / scale];
  const dw = sw * scale;
  return Array.from({ length: count }, (_, i) => ({
    sx: Math.floor(((i + 0.5) * strip.frames) / count) * strip.width + (strip.width - sw) / 2,
    sy: (strip.height - sh) / 2,
    sw,
    sh,
    dx: i * wide + (wide - dw) / 2,
    dw,
  }));
}

/**
 * One strip as a canvas that is drawn anew when its size changes.
 * @param {HTMLImageElement} source  the strip that stands in the markup for readers without scripts
 */
export function buildStrip(source) {
  const canvas = make("canvas", { class: "kit-film" });
  const image = make("img", { alt: "" });
  image.src = source.src;
  const frames = Math.max(1, Number(source.dataset.frames) || 1);
  const draw = () => {
    const { clientWidth: width, clientHeight: height } = canvas;
    if (!image.naturalWidth || width === 0 || height === 0) return;
    const sharp = Math.min(2, window.devicePixelRatio || 1);
    canvas.width = Math.round(width * sharp);
    canvas.height = Math.round(height * sharp);
    const context = canvas.getContext("2d");
    if (!context) return;
    const strip = { frames, width: image.naturalWidth / frames, height: image.naturalHeight };
    for (const { sx, sy, sw, sh, dx, dw } of stripCells(canvas, strip)) {
      context.drawImage(image, sx, sy, sw, sh, dx, 0, dw, canvas.height);
    }
    canvas.dataset.state = "drawn";
  };
  image.addEventListener("load", draw);
  const size = new ResizeObserver(draw);
  size.observe(canvas);
  return { canvas, remove: () => size.disconnect() };
}

// Pictures drawn pixel by pixel, and which part of them is in view. Pure: numbers in, numbers out.
//
// Lengths are in CSS pixels unless they are called picture pixels. The part in view is one point of the picture, the
// same for all clips: (0, 0) is its top left corner, (1, 1) its bottom right. It is put into the middle of the frame
// wherever that leaves no empty strip beside a picture that is larger than its frame.

/** @typedef {{width: number, height: number}} Size */
/** @typedef {{x: number, y: number}} Point */
/** @typedef {0 | 1 | 2 | 4} Zoom  Device pixels for each picture pixel; 0: as large as fits. */

/** In the order in which the Z key walks through them. */
export const ZOOMS = /** @type {Zoom[]} */ ([0, 1, 2, 4]);

export const MIDDLE = Object.freeze({ x: 0.5, y: 0.5 });

/** The share of the frame that one press of an arrow key moves the picture. */
export const PAN_STEP = 0.1;

/** @param {Zoom} zoom @returns {string} */
export function zoomName(zoom) {
  return zoom === 0 ? "fit" : `${zoom}:1`;
}

/**
 * How large a picture is drawn.
 * @param {Size} pixels  the picture's size in its own pixels
 * @param {Zoom} zoom  not 0
 * @param {number} ratio  device pixels for each CSS pixel
 * @returns {Size}
 */
export function drawnSize(pixels, zoom, ratio) {
  return { width: (pixels.width * zoom) / ratio, height: (pixels.height * zoom) / ratio };
}

/** @returns {[number, number]} the places along one axis that can be in the middle of the frame */
function reach(/** @type {number} */ frame, /** @type {number} */ drawn) {
  const edge = drawn > frame ? frame / (2 * drawn) : 0.5;
  return [edge, 1 - edge];
}

const clamp = (/** @type {number} */ value, /** @type {[number, number]} */ [low, high]) =>
  Math.min(Math.max(value, low), high);

/**
 * A point kept where at least one of the clips can still follow it.
 * @param {Point} point
 * @param {{frame: Size, drawn: Size}[]} views
 * @returns {Point}
 */
export function keepInReach(point, views) {
  const along = (/** @type {"width" | "height"} */ side) => {
    const reaches = views.map(({ frame, drawn }) => reach(frame[side], drawn[side]));
    return /** @type {[number, number]} */ ([
      Math.min(0.5, ...reaches.map(([low]) => low)),
      Math.max(0.5, ...reaches.map(([, high]) => high)),
    ]);
  };
  return { x: clamp(point.x, along("width")), y: clamp(point.y, along("height")) };
}

/**
 * Where the top left corner of a picture stands, measured from its frame's. It falls on a whole device pixel of the
 * window, so that no picture pixel is smeared over two.
 * @param {Point} point  what is to be in the middle
 * @param {{left: number, top: number, width: number, height: number}} frame  in the window
 * @param {Size} drawn
 * @param {number} ratio  device pixels for each CSS pixel
 * @returns {{left: number, top: number}}
 */
export function placePicture(point, frame, drawn, ratio) {
  const along = (/** @type {"width" | "height"} */ side, /** @type {number} */ start, /** @type {number} */ place) => {
    const wanted = frame[side] / 2 - clamp(place, reach(frame[side], drawn[side])) * drawn[side];
    return Math.round((start + wanted) * ratio) / ratio - start;
  };
  return { left: along("width", frame.left, point.x), top: along("height", frame.top, point.y) };
}

/**
 * The point in view after the picture was dragged.
 * @param {Point} point
 * @param {{x: number, y: number}} by
 * @param {Size} drawn  of the picture that was dragged
 * @returns {Point}
 */
export function dragged(point, by, drawn) {
  return { x: point.x - by.x / drawn.width, y: point.y - by.y / drawn.height };
}

/**
 * The point of a picture that lies at a place of its frame.
 * @param {{x: number, y: number}} place  from the frame's top left corner
 * @param {{left: number, top: number}} corner  as `placePicture` gives it
 * @param {Size} drawn
 * @returns {Point}
 */
export function pointAt(place, corner, drawn) {
  return { x: (place.x - corner.left) / drawn.width, y: (place.y - corner.top) / drawn.height };
}

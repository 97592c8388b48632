// Players that come to life as they come near the window, and give memory and decoders back when they are far away.

import { mount } from "./player.js";
import { stowed } from "./report_packed.js";

/** How far from the window a player is brought to life, and beyond which it is let go. */
const NEAR = "900px 0px";
const FAR = "3000px 0px";

/** What is alive. @type {Map<HTMLElement, import("./player.js").Player>} */
const alive = new Map();
/** What is being brought to life. @type {Map<HTMLElement, Promise<import("./player.js").Player>>} */
const coming = new Map();
/** The addresses in the page, which a player may replace by a blob: while it lives. @type {WeakMap<HTMLVideoElement, string>} */
const addresses = new WeakMap();

/**
 * Brings a player to life, whether it is near or not. The same figure gives the same player until it is let go.
 * @param {HTMLElement} figure  a `.kit-player`
 */
export function enliven(figure) {
  const there = alive.get(figure);
  if (there) return Promise.resolve(there);
  const made = coming.get(figure) ?? prepare(figure);
  coming.set(figure, made);
  return made;
}

/** @param {HTMLElement} figure */
async function prepare(figure) {
  await fetchLate(figure);
  borrow(figure);
  for (const video of figure.querySelectorAll("video")) {
    addresses.set(video, video.getAttribute("src") ?? "");
    const poster = posterOf(video);
    if (!poster) continue;
    video.poster = poster.src;
    poster.hidden = true;
  }
  const player = mount(figure);
  alive.set(figure, player);
  coming.delete(figure);
  if (figure.parentElement) figure.parentElement.style.minHeight = "";
  return player;
}

/** Fetches what a large page has packed of a player: film strips, marks and curves. @param {HTMLElement} figure */
async function fetchLate(figure) {
  const address = figure.parentElement?.dataset.stowed;
  if (!address) return;
  const text = await stowed(address).catch(() => "");
  if (!text || figure.dataset.late === "here") return;
  figure.dataset.late = "here";
  const { strips, data } = JSON.parse(text);
  [...figure.querySelectorAll(".kit-frame")].forEach((frame, i) => {
    const strip = strips[i];
    if (!strip) return;
    const image = new Image(strip.frames * strip.width, strip.height);
    image.className = "kit-strip";
    image.alt = `${strip.frames} pictures of this clip from start to end`;
    image.loading = "lazy";
    image.dataset.frames = String(strip.frames);
    image.src = strip.src;
    frame.after(image);
  });
  if (!data) return;
  const script = document.createElement("script");
  script.type = "application/json";
  script.className = "kit-player-data";
  script.textContent = JSON.stringify(data);
  figure.append(script);
}

/** In a page of one file every clip's bytes stand once: a player that shows them again takes them from the other. */
function borrow(/** @type {HTMLElement} */ figure) {
  for (const box of figure.querySelectorAll(".kit-clip[data-key]")) {
    const video = box.querySelector("video");
    if (!video || video.dataset.src !== "later") continue;
    const owner = document.querySelector(`.kit-clip[data-key="${box.getAttribute("data-key")}"] video[src]`);
    if (!(owner instanceof HTMLVideoElement)) continue;
    video.poster = posterOf(owner)?.src ?? owner.poster;
    video.src = addresses.get(owner) ?? owner.getAttribute("src") ?? "";
    delete video.dataset.src;
  }
}

/** @param {HTMLVideoElement} video @returns {HTMLImageElement | null} */
function posterOf(video) {
  const found = video.parentElement?.querySelector(".kit-poster");
  return found instanceof HTMLImageElement ? found : null;
}

/** Puts a player's plain form back, and lets the browser forget what it has loaded. @param {HTMLElement} figure */
function letGo(figure) {
  const player = alive.get(figure);
  if (!player || player.wanted || figure.contains(document.activeElement)) return;
  // What is above the window must not change its height, or the page would jump.
  if (figure.parentElement) figure.parentElement.style.minHeight = `${figure.parentElement.offsetHeight}px`;
  player.destroy();
  alive.delete(figure);
  for (const video of figure.querySelectorAll("video")) {
    const address = video.getAttribute("src");
    video.preload = "none";
    if (address) video.src = address;
    const poster = posterOf(video);
    if (!poster) continue;
    poster.hidden = false;
    video.removeAttribute("poster");
  }
}

/** Watches every player of the page from now on. */
export function enlivenNear() {
  const near = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) if (isIntersecting) enliven(/** @type {HTMLElement} */ (target));
    },
    { rootMargin: NEAR },
  );
  const far = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) if (!isIntersecting) letGo(/** @type {HTMLElement} */ (target));
    },
    { rootMargin: FAR },
  );
  for (const figure of document.querySelectorAll(".kit-player")) {
    near.observe(figure);
    far.observe(figure);
  }
}

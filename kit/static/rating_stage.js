// One pair on the stage: its player and the two clips, from the moment they are asked for until they are let go.
// A pair that is not on screen yet has its full size, so that showing it is no work; it cannot be reached by anybody.

import { make } from "./elements.js";
import { mount } from "./player.js";
import { watchPlayer } from "./rating_watch.js";

/** @typedef {import("./rating_steps.js").RatingItem} RatingItem */
/** @typedef {import("./channel.js").Channel} Channel */

/** Bytes of a clip up to which a page fetches it whole: it then plays on while the server is away. */
const WHOLE = 64 * 1024 * 1024;

export class PairStage {
  /**
   * @param {object} given
   * @param {RatingItem} given.item
   * @param {HTMLElement} given.host  where all pairs stand
   * @param {Channel & {fetchMedia?: (name: string, signal: AbortSignal) => Promise<Blob>, address?: (name: string) => string}} given.channel
   */
  constructor({ item, host, channel }) {
    this.item = item;
    this.channel = channel;
    this.ending = new AbortController();
    /** @type {string[]} */
    this.blobs = [];
    /** @type {import("./player.js").Player | null} */
    this.player = null;
    /** @type {import("./rating_watch.js").Watched} */
    this.watched = { through: false, plays: 0, mode: "side" };
    this.root = make("div", { class: "kit-rating-pair", "data-position": String(item.position), "data-state": "loading" });
    this.hide();
    host.append(this.root);
    /** Settles when both clips stand at their first frame and can play through. */
    this.ready = this.load();
    this.ready.catch(() => {});
  }

  show() {
    this.root.inert = false;
    delete this.root.dataset.waiting;
  }

  hide() {
    this.root.inert = true;
    this.root.dataset.waiting = "true";
    this.player?.pause();
  }

  /** Whether the clips can be played now. */
  get playable() {
    return this.root.dataset.state === "ready";
  }

  async load() {
    const { signal } = this.ending;
    const figure = parseFigure(this.item.html);
    const videos = [...figure.querySelectorAll("video")];
    try {
      const sources = await Promise.all(this.item.media.map((media) => this.address(media)));
      if (signal.aborted) return;
      videos.forEach((video, i) => {
        delete video.dataset.src;
        video.src = sources[i];
      });
      this.root.append(figure);
      this.watched = watchPlayer(figure, signal);
      this.player = mount(figure, { signal, blind: true });
      await this.player.prepare();
      if (!signal.aborted) this.root.dataset.state = "ready";
    } catch (reason) {
      if (!signal.aborted) this.root.dataset.state = "error";
      throw reason;
    }
  }

  /** An address for one clip. @param {{name: string, mime: string, bytes: number}} media */
  async address({ name, mime, bytes }) {
    const { channel } = this;
    const { signal } = this.ending;
    if (channel.address && bytes > WHOLE) return channel.address(name);
    const parts = channel.fetchMedia
      ? await channel.fetchMedia(name, signal)
      : (await channel.ask("media", { name })).buffers[0];
    if (!parts) throw new Error("A clip did not come. Try again.");
    const address = URL.createObjectURL(new Blob([/** @type {BlobPart} */ (parts)], { type: mime }));
    if (signal.aborted) URL.revokeObjectURL(address);
    else this.blobs.push(address);
    return address;
  }

  /** Gives everything back: decoders, bytes, elements. */
  destroy() {
    this.player?.destroy({ discard: true });
    this.ending.abort();
    for (const address of this.blobs) URL.revokeObjectURL(address);
    this.blobs = [];
    this.player = null;
    this.root.remove();
  }
}

/**
 * The player's figure out of the markup that Python wrote and escaped (kit.player.markup); nothing in it runs.
 * A template, for Chromium never lets go of a document that DOMParser made with a video in it.
 * @param {string} html
 */
function parseFigure(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const found = template.content.querySelector("figure.kit-player");
  if (!found) throw new Error("The pair came without its player. Try again.");
  return /** @type {HTMLElement} */ (document.importNode(found, true));
}

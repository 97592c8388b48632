// The player in a notebook: asks the kernel for the markup, brings it to life, and supplies the clips it wants.

import { make } from "./elements.js";
import { findLink } from "./linking.js";
import { mount } from "./player.js";

/**
 * @param {HTMLElement} el
 * @param {import("./channel.js").Channel} channel
 * @param {{signal: AbortSignal}} options
 */
export async function attach(el, channel, { signal }) {
  const { data } = await channel.ask("open");
  if (signal.aborted) return;
  const figure = new DOMParser().parseFromString(data.html, "text/html").querySelector(".kit-player");
  const line = make("p", { class: "kit-supply" });
  el.append(document.adoptNode(figure), line);
  const supply = new Supply(channel, data, line, signal);
  figure.addEventListener("kit-want", ({ detail }) => supply.want(detail.index, detail.proxy));
  supply.player = mount(figure, { signal });
}

/** Brings clips to the browser and says how each came. */
class Supply {
  /**
   * @param {import("./channel.js").Channel} channel
   * @param {{links: (import("./linking.js").FilePlace | null)[]}} data
   * @param {HTMLElement} line
   * @param {AbortSignal} signal
   */
  constructor(channel, { links }, line, signal) {
    this.channel = channel;
    this.links = links;
    this.line = line;
    this.signal = signal;
    /** @type {import("./player.js").Player | null} */
    this.player = null;
    /** How each clip came: "link", "bytes" or "proxy"; null for one that has not come. @type {(string | null)[]} */
    this.ways = links.map(() => null);
    this.sent = 0;
    /** @type {(string | null)[]} */
    this.blobs = links.map(() => null);
    signal.addEventListener("abort", () => links.forEach((_, index) => this.drop(index)));
  }

  /** @param {number} index @param {boolean} proxy */
  async want(index, proxy) {
    // The player takes its first look at the page before `mount` has given it back.
    await null;
    try {
      const link = proxy || !this.links[index] ? null : await findLink(this.links[index], this.signal);
      if (link) await this.put(index, { src: link }, "link");
      else await this.fetch(index, proxy);
    } catch (error) {
      if (!this.signal.aborted) this.player.setFault(index, error.message);
    }
  }

  /** @param {number} index @param {boolean} proxy */
  async fetch(index, proxy) {
    const { data, buffers } = await this.channel.ask("clip", { index, proxy });
    if (this.signal.aborted) return;
    this.sent += buffers[0].byteLength;
    const src = URL.createObjectURL(new Blob([buffers[0]], { type: data.mime }));
    this.drop(index);
    this.blobs[index] = src;
    await this.put(index, { src, proxy: data.proxy, note: data.note }, data.proxy ? "proxy" : "bytes");
  }

  /** @param {number} index @param {import("./source.js").Replacement} given @param {string} way */
  put(index, given, way) {
    this.ways[index] = way;
    this.line.dataset.ways = this.ways.join(" ");
    this.line.textContent = supplyText(this.ways, this.sent);
    return this.player.setSource(index, given);
  }

  /** @param {number} index */
  drop(index) {
    if (this.blobs[index]) URL.revokeObjectURL(this.blobs[index]);
    this.blobs[index] = null;
  }
}

/**
 * How the clips came, as one line.
 * @param {(string | null)[]} ways
 * @param {number} sent  bytes
 */
export function supplyText(ways, sent) {
  const count = (way) => ways.filter((one) => one === way).length;
  const clips = (n) => (n === 1 ? "1 clip" : `${n} clips`);
  const parts = [];
  if (count("link")) parts.push(`${clips(count("link"))} read from the Jupyter server as needed`);
  if (count("bytes")) parts.push(`${clips(count("bytes"))} sent whole`);
  if (count("proxy")) parts.push(`${clips(count("proxy"))} as a proxy`);
  if (sent > 0) parts.push(`${sizeText(sent)} sent to this page`);
  return parts.join(" · ");
}

/** @param {number} bytes */
function sizeText(bytes) {
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

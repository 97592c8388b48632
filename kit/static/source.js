// Where the bytes of one video come from: the address in the page, or one that is put in later.

/** @typedef {{src: string, proxy?: boolean, note?: string}} Replacement */

export class Source {
  /** @param {HTMLVideoElement} video */
  constructor(video) {
    this.video = video;
    /** What stood in the page. */
    this.original = video.getAttribute("src");
    this.address = this.original;
    /** @type {string | null} */
    this.blob = null;
    /** @type {(() => void)[]} */
    this.waiting = [];
  }

  /** Whether the address has still to come. */
  get missing() {
    return this.address === null && this.video.dataset.src === "later";
  }

  /** Settles when there is an address, or at the end of the player. @param {AbortSignal} signal @returns {Promise<void>} */
  arrival(signal) {
    if (!this.missing || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
  }

  /** Takes another address. @param {string} address */
  put(address) {
    this.forgetBlob();
    this.address = address;
    this.video.src = address;
    this.stopWaiting();
  }

  /** Whether somebody waits for the address. */
  get awaited() {
    return this.waiting.length > 0;
  }

  stopWaiting() {
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  /** Lets the media come. */
  open() {
    const { video, address } = this;
    if (address?.startsWith("data:") && !this.blob) {
      // Chrome reads a data: address anew on each loop; a Blob is read once.
      this.blob = blobAddress(address);
      if (this.blob) video.src = this.blob;
    }
    video.preload = "auto";
    if (video.readyState === 0 && (video.networkState !== HTMLMediaElement.NETWORK_LOADING || this.blob)) video.load();
  }

  /** Puts the page's own address back. */
  restore() {
    const { video, original } = this;
    const changed = this.blob !== null || this.address !== original;
    this.forgetBlob();
    this.address = original;
    if (!changed) return;
    video.preload = "none";
    if (original === null) this.discard();
    else video.src = original;
  }

  /** Gives back what the media took of memory; the video is of no use afterwards. */
  discard() {
    this.forgetBlob();
    this.video.removeAttribute("src");
    this.video.load();
  }

  forgetBlob() {
    if (this.blob) URL.revokeObjectURL(this.blob);
    this.blob = null;
  }
}

/** @param {string} address  a data: address @returns {string | null} a blob: address of the same bytes */
function blobAddress(address) {
  const comma = address.indexOf(",");
  const head = address.slice("data:".length, comma);
  if (comma < 0 || !/;base64$/i.test(head)) return null;
  const text = atob(address.slice(comma + 1));
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i);
  return URL.createObjectURL(new Blob([bytes], { type: head.split(";")[0] }));
}

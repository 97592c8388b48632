// The pairs that are ready: the one on screen and the next. Everything else is let go, so that the thousandth pair
// costs what the first did. Knows nothing of documents or of how pairs come.

/**
 * @template Item, Stage
 * @typedef {{position: number, item: Item, stage: Stage}} RatingSlot
 */

/**
 * @template {{position: number}} Item
 * @template {{destroy: () => void}} Stage
 */
export class Slots {
  /**
   * @param {{fetchItem: (position: number) => Promise<Item>, makeStage: (item: Item) => Stage}} source
   *   `makeStage` begins to load a pair's clips at once
   */
  constructor(source) {
    this.source = source;
    /** @type {Map<number, {item: Item | null, stage: Stage | null, whole: Promise<void>, gone: boolean}>} */
    this.entries = new Map();
  }

  /** How many pairs are held. */
  get size() {
    return this.entries.size;
  }

  /**
   * Takes in an item that came along with something else: news of a pair that is held, or one that is now begun.
   * @param {Item} item
   * @param {number} [position]  where it was asked for; the other side may have passed over a pair that is gone
   */
  put(item, position = item.position) {
    const known = this.entries.get(position);
    if (known?.stage) known.item = item;
    else if (!known) this.begin(position, Promise.resolve(item));
  }

  /** Begins to fetch a pair, if it is not there; a failure is kept for whoever asks for the pair. @param {number} position */
  want(position) {
    if (!this.entries.has(position)) this.begin(position, this.source.fetchItem(position));
  }

  /** The pair at a position if it can be shown now. @param {number} position @returns {RatingSlot<Item, Stage> | null} */
  at(position) {
    const entry = this.entries.get(position);
    return entry?.item && entry.stage ? { position, item: entry.item, stage: entry.stage } : null;
  }

  /**
   * A pair, as soon as its item is there; its clips may still be coming. A pair that failed is fetched anew next time.
   * @param {number} position
   * @returns {Promise<RatingSlot<Item, Stage>>}
   */
  async get(position) {
    this.want(position);
    const entry = /** @type {NonNullable<ReturnType<typeof this.entries.get>>} */ (this.entries.get(position));
    await entry.whole;
    const slot = this.at(position);
    if (!slot) throw new Error("This pair was let go before it was there.");
    return slot;
  }

  /** Lets every other pair go. @param {number[]} positions */
  keep(positions) {
    for (const position of [...this.entries.keys()]) if (!positions.includes(position)) this.drop(position);
  }

  /** @param {number} position */
  drop(position) {
    const entry = this.entries.get(position);
    if (!entry) return;
    entry.gone = true;
    this.entries.delete(position);
    entry.stage?.destroy();
  }

  close() {
    this.keep([]);
  }

  /** @param {number} position @param {Promise<Item>} coming */
  begin(position, coming) {
    const entry = {
      item: /** @type {Item | null} */ (null),
      stage: /** @type {Stage | null} */ (null),
      whole: Promise.resolve(),
      gone: false,
    };
    const forget = () => {
      if (this.entries.get(position) === entry) this.drop(position);
    };
    entry.whole = coming.then(
      (item) => {
        if (entry.gone) return;
        entry.item = item;
        entry.stage = this.source.makeStage(item);
      },
      (reason) => {
        forget();
        throw reason;
      },
    );
    // Nobody may be waiting for a pair that was fetched ahead; its failure is told when somebody asks for it.
    entry.whole.catch(() => {});
    this.entries.set(position, entry);
  }
}

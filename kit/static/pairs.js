// Which two clips can be laid over one another, and why others cannot. Pure: facts in, choices and sentences out.

/** @typedef {{width: number, height: number}} Size */
/** @typedef {{letter: string, size: Size, broken: boolean}} Candidate */
/** @typedef {[number, number]} Pair  Indices of the left and the right clip. */

/** Clips whose shapes differ by less than this share can be laid over one another; neither is stretched for it. */
const SAME_SHAPE = 0.02;

/**
 * Whether two pictures have the same aspect ratio, give or take what codecs and models round: 1088 lines for 1080, or
 * 1360 x 752 for 16:9. The narrower one then has a thin black edge at its sides.
 * @param {Size} a
 * @param {Size} b
 */
export function sameShape(a, b) {
  return Math.abs((a.width * b.height) / (a.height * b.width) - 1) < SAME_SHAPE;
}

/**
 * Whether two different clips can be laid over one another.
 * @param {Candidate[]} clips
 * @param {number} left
 * @param {number} right
 */
export function fits(clips, left, right) {
  const [a, b] = [clips[left], clips[right]];
  return left !== right && !a.broken && !b.broken && sameShape(a.size, b.size);
}

/**
 * The pair nearest to what was wished: that pair if it fits, else the clip chosen last with the first that fits it,
 * else the first two that fit.
 * @param {Candidate[]} clips
 * @param {Pair | null} wish
 * @param {0 | 1} [kept]  the side of the wish that was chosen last
 * @returns {Pair | null}  null where no two clips fit
 */
export function settlePair(clips, wish, kept = 0) {
  if (wish && fits(clips, wish[0], wish[1])) return wish;
  if (wish) {
    const partner = clips.findIndex((_, other) => fits(clips, wish[kept], other));
    if (partner >= 0) return kept === 0 ? [wish[0], partner] : [partner, wish[1]];
  }
  for (let a = 0; a < clips.length; a += 1) {
    for (let b = a + 1; b < clips.length; b += 1) if (fits(clips, a, b)) return [a, b];
  }
  return null;
}

/**
 * Why no two of these clips can be laid over one another; empty if some can.
 * @param {Candidate[]} clips
 * @param {boolean} blind  sizes are not to be told
 */
export function overlayFault(clips, blind) {
  if (clips.length < 2 || settlePair(clips, null)) return "";
  const whole = clips.filter((clip) => !clip.broken);
  if (whole.length < 2) return "Wipe and difference need two clips that play.";
  const needs = "Wipe and difference need two clips of one shape";
  if (whole.length > 2) return `${needs}; no two of these have it.`;
  const [a, b] = whole.map(({ letter, size }) => (blind ? letter : `${letter} (${size.width} × ${size.height})`));
  return `${needs}; ${a} and ${b} differ.`;
}

/**
 * The next clip that plays, round and round.
 * @param {Candidate[]} clips
 * @param {number} from
 * @param {number} by  1 or -1
 */
export function nextPlaying(clips, from, by) {
  for (let i = 1; i <= clips.length; i += 1) {
    const index = (from + by * i + clips.length * i) % clips.length;
    if (!clips[index].broken) return index;
  }
  return from;
}

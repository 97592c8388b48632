// One look at clips that run side by side, and what it takes to keep them there.

import { correction, frameAt } from "./timing.js";

/** @typedef {import("./clip.js").Clip} Clip */

/** Frames before a clip's end where a browser may rightly have nothing more to show. */
const TAIL = 3;

/** @typedef {"together" | "waiting" | "apart"} Finding */

/**
 * Compares the running clips and nudges what has drifted.
 *
 * The pace is the master's, or that of a clip with a sound track if one runs: to change the rate of sound costs
 * Chromium some 20 ms, which is more than it would mend.
 * @param {Clip[]} clips
 * @param {Clip} master
 * @param {number} speed
 * @returns {Finding} "waiting": some clip has no data, the others will have to wait for it. "apart": no nudge will do;
 *     to move one running clip leaves it behind by the time that the seek takes, so all have to start anew.
 */
export function keepTogether(clips, master, speed) {
  const runners = clips.filter(({ video }) => !video.paused && !video.ended && !video.seeking);
  const pace = runners.find((clip) => clip.hasAudio) ?? master;
  const time = pace.video.currentTime;
  for (const clip of runners) {
    const { video } = clip;
    if (clip === pace || clip.at(time).held) continue;
    const { seek, rate } = correction(video.currentTime - time, speed);
    if (seek) return "apart";
    if (Math.abs(video.playbackRate - rate) > 0.001) video.playbackRate = rate;
  }
  return runners.some(starved) ? "waiting" : "together";
}

/** @param {Clip} clip */
function starved({ video, timing }) {
  return video.readyState < 3 && !video.ended && frameAt(video.currentTime, timing.fps) < timing.frames - TAIL;
}

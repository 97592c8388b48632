"""Faint pictures: a plain sky, a blurred background, fog. Texture counts there by how far it stands out from the noise.

How exactly a block can be placed depends on its texture over its noise, not on its texture alone (the Cramer-Rao bound of
registration: Robinson and Milanfar, IEEE Trans. Image Processing 13(9), 2004). A fixed measure of texture keeps noise from
having a say in every clip; but in a clean clip of a faint picture it leaves hardly anything that has one, though all of it
goes the same way. So where few blocks have a say by the fixed measure, the pair's own noise takes its place.
"""

from dataclasses import replace

import numpy as np

from kit.camera.estimate import SURE
from kit.metrics.flow import TEXTURE, Flow

_FEW = 0.25  # of the blocks that have a say: with more the picture is not faint
_OVER_NOISE = 4.0  # times the noise's square: texture, as the flow's TEXTURE, that counts half
_LEAST_NOISE = 0.2  # grey levels: what rounding to whole levels leaves at least, after the flow's blur


def listened(flow: Flow) -> Flow:
    """The flow with its confidence told by the pair's own noise where the picture is faint; else as it is.

    The noise is the median over the blocks of what is left when their motion is undone (`Flow.structure`).
    """
    if np.count_nonzero(flow.confidence >= SURE) >= _FEW * len(flow.confidence):
        return flow
    match = np.maximum(flow.match, np.float32(1e-6)).astype(np.float64)
    # The flow's confidence is match * texture / (texture + TEXTURE).
    told = np.minimum(flow.confidence / match, 1 - 1e-6)
    texture = TEXTURE * told / (1 - told)
    noise = max(float(np.median(flow.structure)), _LEAST_NOISE)
    half = min(TEXTURE, _OVER_NOISE * noise**2)
    return replace(flow, confidence=(match * texture / (texture + half)).astype(np.float32))

"""A small fixed-pitch typeface of our own, for code on screens, neon signs and the watermark.

Each glyph is a grid 5 wide and up to 9 high (rows 0-6 stand on the line, 7 and 8 hang below it), written as one base-32
digit a row, leftmost dot = 16. For smooth letters neighbouring dots are joined by round strokes; at tiny sizes the dots
themselves are used.
"""

from functools import lru_cache

import numpy as np

from kit.sandbox.fields import resize
from kit.sandbox.shapes import Array

COLUMNS, ROWS, PITCH = 5, 9, 6

_GLYPHS = dict(
    pair.split(" ")
    for pair in """
A 4AHHVHH|B UHHUHHU|C EHGGGHE|D UHHHHHU|E VGGUGGV|F VGGUGGG|G EHGNHHE|H HHHVHHH|I E44444E|J 72222IC|K HIKOKIH
L GGGGGGV|M HRLLHHH|N HPLJHHH|O EHHHHHE|P UHHUGGG|Q EHHHLID|R UHHUKIH|S FGGE11U|T V444444|U HHHHHHE|V HHHHHA4
W HHHLLRH|X HHA4AHH|Y HHA4444|Z V1248GV|a 00E1FHF|b GGUHHHU|c 00FGGGF|d 11FHHHF|e 00EHVGF|f 698S888|g 00FHHF11E
h GGMPHHH|i 40C444E|j 206222224OI|k GGIKOKI|l C44444E|m 00QLLLL|n 00MPHHH|o 00EHHHE|p 00UHHUGGG|q 00FHHF111|r 00MPGGG
s 00FGE1U|t 88S8896|u 00HHHJD|v 00HHHA4|w 00HLLLA|x 00HA4AH|y 00HHHF11E|z 00V248V|0 EHJLPHE|1 4C4444E|2 EH1248V
3 V2421HE|4 26AIV22|5 VGU11HE|6 68GUHHE|7 V124888|8 EHHEHHE|9 EHHF12C|. 00000CC|, 00000CC48|: 0CC0CC0|; 0CC0CC48
( 2488842|) 8422248|[ E88888E|] E22222E|{ 6448446|} C44244C|+ 044V44|- 000V000|* 04LEL4|/ 112488G|= 00V0V00|_ 000000V
" AA00000|' 4400000|# AAVAVAA|< 248G842|> 8421248|! 4444404|? EH12404|% OP248JJ0|& CII8LIDA|@ EHNLNGE|$ 4FKE5U4

""".replace("\n", "|")
    .strip("|")
    .replace("||", "|")
    .split("|")
    if " " in pair
)


def _dots(char: str) -> Array:
    grid = np.zeros((ROWS, COLUMNS), np.float32)
    for y, digit in enumerate(_GLYPHS.get(char, "")[:ROWS]):
        bits = int(digit, 32)
        for x in range(COLUMNS):
            grid[y, x] = float(bits >> (4 - x) & 1)
    return grid


@lru_cache(maxsize=4096)
def glyph(char: str, width: int, height: int, weight: float = 0.5) -> Array:
    """One character's cover, float32 (height, width): `height` holds all nine rows, `width` the pitch of six columns.

    `weight` is half the stroke's width in dots. A character without a glyph is blank.
    """
    dots = _dots(char)
    if height < 14:
        padded = np.pad(dots, ((0, 0), (0, PITCH - COLUMNS)))
        return padded if (height, width) == (ROWS, PITCH) else resize(padded, height, width)
    ys, xs = np.nonzero(dots)
    sub = 3
    gy = ((np.arange(height * sub) + 0.5) / sub * ROWS / height - 0.5)[:, None]
    gx = ((np.arange(width * sub) + 0.5) / sub * PITCH / width - 0.5)[None, :]
    near = np.full((height * sub, width * sub), 9.0)
    on = set(zip(ys.tolist(), xs.tolist(), strict=True))
    for y, x in sorted(on):
        near = np.minimum(near, np.hypot(gy - y, gx - x))
        for dy, dx in ((0, 1), (1, 0), (1, 1), (1, -1)):
            corner = dy and dx and ((y, x + dx) in on or (y + dy, x) in on)
            if (y + dy, x + dx) in on and not corner:
                t = np.clip(((gy - y) * dy + (gx - x) * dx) / (dy * dy + dx * dx), 0, 1)
                near = np.minimum(near, np.hypot(gy - y - t * dy, gx - x - t * dx))
    hard = (near < weight).astype(np.float32)
    cover: Array = hard.reshape(height, sub, width, sub).mean(axis=(1, 3))
    return cover


def line(text: str, width: int, height: int, weight: float = 0.5) -> Array:
    """A line of text as cover (height, width * len(text)); width and height are of one character's cell."""
    if not text:
        return np.zeros((height, 1), np.float32)
    return np.concatenate([glyph(c, width, height, weight) for c in text], axis=1)

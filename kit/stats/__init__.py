"""Statistics of a study: pure functions from frames and arrays to frames and values.

Read in this order: `counts` (what people chose), `bootstrap` (intervals), `exact` (tests that assume nothing of
shape), `power` (what so many prompts can show), `verdict` (what may be claimed), then `scores`, `measured` and
`speed`. `distributions` holds the few functions that would otherwise need SciPy. Nothing here reads a file, asks
the clock or draws a random number without a seed.
"""

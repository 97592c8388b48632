"""Statistics of a study: pure functions from frames and arrays to frames and values.

Read in this order: `counts` (what people chose), `variance` (what prompts and raters add to it), `bootstrap`
(intervals), `exact` (tests that assume nothing of shape), `power` (what so many prompts can show), `verdict` (what may be
claimed), then `strengths` (three and more models on one scale; it names the modules to read before it), `scores`,
`measured`, `speed`, `agreement` (with `alpha` and `kappa`), `associations` (rank correlations) and `planning`.
`distributions` holds the few functions that would otherwise need SciPy. Nothing here reads a file, asks the clock or
draws a random number without a seed.
"""

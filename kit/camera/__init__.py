"""The camera: its moves found in a clip, its instructions found in a prompt, and the one checked against the other.

The way of the data: `faint` and `estimate` (a pair of frames), `background` (windows of pairs), `belonging` (places), `path`,
`labelling`, `depth` (with `sliding`, `staying` and `near`), `contest`, `segments` (what is stored) on the clip's side, all
run by `follow`; `reading` with `english` and `chinese` on the prompt's; `check` brings them together.
"""

"""The prompt form: type a prompt, choose models and settings, see the cost, generate, watch the clips.

Read it in this order: `choices` (what was entered), `limits` (what the chosen models share), `judging` (what is wrong,
what is there, what it costs), `cost`, `preview` and `outcome` (the same in words), then the controls (`fields`,
`models`, `images`, `shots`, `controls`), and `form`, which connects them with a run.
"""

from kit.widgets.prompt_form.form import PromptForm

__all__ = ["PromptForm"]

// The filter over all pairs: by words, and by what is known of each. Without this script everything is shown.

/** A pause after which the number shown is said aloud: not after every letter that is typed. */
const PAUSE = 400;

/**
 * Whether an article is wanted.
 * @param {{words: string, marks: Set<string>}} article  its text in small letters, and the marks that Python gave it
 * @param {{words: string[], marks: string[]}} wanted  all of them
 */
export function passes(article, wanted) {
  return wanted.marks.every((mark) => article.marks.has(mark)) && wanted.words.every((word) => article.words.includes(word));
}

/**
 * Brings the filter of the page to life, if it has one.
 * @returns {(target: Element) => void}  makes sure that something is not filtered out, since somebody wants to go there
 */
export function filterPrompts() {
  const form = document.getElementById("clips-filter");
  if (!(form instanceof HTMLFormElement)) return () => {};
  const prompts = [...document.querySelectorAll("#clips article.prompt")].map((element) => {
    const parts = [...element.querySelectorAll("h3, blockquote")].map((part) => part.textContent ?? "");
    return {
      element: /** @type {HTMLElement} */ (element),
      words: parts.join("\n").toLowerCase(),
      marks: new Set((element.getAttribute("data-marks") ?? "").split(" ")),
    };
  });
  const said = /** @type {HTMLElement} */ (form.querySelector("[role=status]"));
  const none = document.getElementById("clips-none");
  const field = /** @type {HTMLInputElement} */ (form.elements.namedItem("words"));
  const choices = [...form.querySelectorAll("select")];
  const clear = /** @type {HTMLButtonElement} */ (form.querySelector("button[type=reset]"));
  let timer = 0;

  const apply = () => {
    const wanted = {
      words: field.value.toLowerCase().split(/\s+/).filter(Boolean),
      marks: choices.map(({ value }) => value).filter(Boolean),
    };
    let shown = 0;
    for (const prompt of prompts) {
      const fits = passes(prompt, wanted);
      prompt.element.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    const all = wanted.words.length + wanted.marks.length === 0;
    clear.hidden = all;
    if (none) none.hidden = shown > 0;
    form.dataset.shown = String(shown);
    clearTimeout(timer);
    const text = all ? `All ${prompts.length} prompts are shown.` : `${shown} of ${prompts.length} prompts shown.`;
    timer = setTimeout(() => (said.textContent = text), PAUSE);
  };

  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", apply);
  const empty = () => {
    field.value = "";
    for (const choice of choices) choice.value = "";
    apply();
  };
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    empty();
    field.focus();
  });
  apply();
  return (target) => {
    if (target.closest("article.prompt[hidden]")) empty();
  };
}

// What a large page keeps packed (kit/reporting/packing.py), unpacked when somebody wants to see it.

/** @param {string} text  gzip in base64 @returns {Promise<string>} */
export async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text.trim()), (sign) => sign.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
}

/** Texts by chunk, each chunk unpacked once. @type {Map<string, Promise<string[]>>} */
const chunks = new Map();
/** So many stay unpacked: a reader goes from one prompt to the next. */
const KEPT = 3;

/** @param {string} address  name, chunk and place, as `Stow.put` gave it @returns {Promise<string>} */
export async function stowed(address) {
  const [name, chunk, place] = address.split("-");
  const id = `stow-${name}-${chunk}`;
  const known = chunks.get(id);
  const texts = known ?? unpacked(document.getElementById(id)?.textContent ?? "").then((text) => JSON.parse(text));
  if (!known) {
    chunks.set(id, texts);
    if (chunks.size > KEPT) chunks.delete(chunks.keys().next().value ?? "");
  }
  return (await texts)[Number(place)];
}

/**
 * Puts what is packed of a disclosure into its place. It is the page's own markup, escaped where it was made.
 * @param {Element} details
 */
export async function unfold(details) {
  const place = details.querySelector(":scope > .stowed");
  if (!(place instanceof HTMLElement)) return;
  place.classList.remove("stowed");
  try {
    place.innerHTML = await stowed(place.dataset.stowed ?? "");
  } catch {
    place.textContent = "This browser cannot unpack this part of the page; its numbers are in the JSON file beside it.";
  }
  delete place.dataset.stowed;
}

/** Unpacks each disclosure of the page when it is opened. */
export function unfoldOnOpening() {
  // A toggle does not bubble, so it is heard on its way down.
  const heard = (/** @type {Event} */ event) => {
    if (event.target instanceof HTMLDetailsElement && event.target.open) unfold(event.target);
  };
  document.addEventListener("toggle", heard, true);
  for (const details of document.querySelectorAll("details[open]")) unfold(details);
}

// Where a file of the kernel's machine can be had from the Jupyter server that the page came from.

/**
 * @typedef {{paths: string[], home: string, session: string, bytes: number}} FilePlace  as the kernel tells it:
 *   the file's names on its machine, the home folder, the notebook's own place there ("" where unknown)
 * @typedef {{baseUrl?: string, serverRoot?: string, rootUri?: string, token?: string}} JupyterConfig
 */

/** The part of a page's address that names the notebook, as JupyterLab, Notebook 7 and Voila write it. */
const NOTEBOOK = /\/(?:tree|notebooks|edit|render)\/(.+)$/;

/**
 * The addresses at which the server may have the file, likeliest first. None where the page tells of no server.
 * @param {FilePlace} place
 * @param {JupyterConfig | null} config
 * @param {string} pathname  of the page
 * @returns {string[]}
 */
export function linkCandidates(place, config, pathname) {
  if (!config?.baseUrl) return [];
  const base = config.baseUrl.endsWith("/") ? config.baseUrl : `${config.baseUrl}/`;
  const found = new Set();
  for (const root of serverRoots(place, config, pathname)) {
    for (const path of place.paths.map(forward)) {
      const start = root === "/" ? "/" : `${root}/`;
      if (!path.startsWith(start)) continue;
      const parts = path.slice(start.length).split("/");
      found.add(`${base}files/${parts.map(encodeURIComponent).join("/")}`);
    }
  }
  return [...found];
}

/** @param {FilePlace} place @param {JupyterConfig} config @param {string} pathname @returns {string[]} */
function serverRoots(place, config, pathname) {
  const roots = [];
  if (config.serverRoot) roots.push(forward(config.serverRoot).replace(/^~(?=\/|$)/, forward(place.home)));
  if (config.rootUri?.startsWith("file://")) roots.push(decoded(config.rootUri.slice("file://".length)));
  // The notebook's place in the page's address is the end of its place on the machine; what stands before is the root.
  const notebook = decoded(NOTEBOOK.exec(pathname)?.[1] ?? "");
  const session = forward(place.session);
  if (notebook && session.endsWith(`/${notebook}`)) roots.push(session.slice(0, -notebook.length - 1));
  return roots.map((root) => (root.length > 1 ? root.replace(/\/+$/, "") : root) || "/");
}

/** @param {string} path */
const forward = (path) => (/^[A-Za-z]:\\/.test(path) ? path.replaceAll("\\", "/") : path);

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

/** @param {string | null} header  as "bytes 0-0/1234" @returns {number | null} the whole length */
export function totalLength(header) {
  const found = /^bytes 0-0\/(\d+)$/.exec(header ?? "");
  return found ? Number(found[1]) : null;
}

/** What the page says of its Jupyter server. @returns {JupyterConfig | null} */
export function pageConfig() {
  try {
    return JSON.parse(document.getElementById("jupyter-config-data")?.textContent ?? "null");
  } catch {
    return null;
  }
}

/**
 * The first address that gives one byte of a file of the right length.
 * @param {FilePlace} place
 * @param {AbortSignal} signal
 * @returns {Promise<string | null>}
 */
export async function findLink(place, signal) {
  const config = pageConfig();
  const plain = linkCandidates(place, config, location.pathname);
  // A browser that keeps no cookies for the page (in a frame of another site) needs the token, as Jupyter does itself.
  const signed = config?.token ? plain.map((address) => `${address}?token=${encodeURIComponent(config.token)}`) : [];
  for (const address of [...plain, ...signed]) {
    if (await gives(address, place.bytes, signal)) return address;
  }
  return null;
}

/** @param {string} address @param {number} bytes @param {AbortSignal} signal */
async function gives(address, bytes, signal) {
  try {
    const headers = { Range: "bytes=0-0" };
    const answer = await fetch(address, { headers, signal, redirect: "error", cache: "no-store" });
    // Without this a server that ignores the range would send the whole file.
    await answer.body?.cancel();
    return answer.status === 206 && totalLength(answer.headers.get("Content-Range")) === bytes;
  } catch {
    return false;
  }
}

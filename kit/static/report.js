// The report page's own few lines: plots drawn when they come near, the contents list that follows, and what is folded.

import { filterPrompts } from "./report_filter.js";
import { enliven, enlivenNear } from "./report_near.js";
import { unfoldOnOpening, unpacked } from "./report_packed.js";
import { sortTables } from "./report_table.js";

{
  const options = JSON.parse(document.getElementById("report-options")?.textContent ?? "{}");
  const root = document.documentElement;
  root.classList.add("js");

  /** The page's colours, read again when the theme changes. */
  const theme = () => {
    const style = getComputedStyle(root);
    const get = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
    return { ink: get("--ink"), muted: get("--muted"), line: get("--line"), paper: get("--paper"), font: get("--font") };
  };

  /** Paints a figure's layout in the page's colours: text, axes and ground, never the data. */
  const themed = (/** @type {any} */ layout) => {
    const { ink, muted, line, paper, font } = theme();
    const out = {
      ...layout,
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { ...(layout.font ?? {}), family: font, color: ink, size: 13 },
      hoverlabel: { ...(layout.hoverlabel ?? {}), bgcolor: paper, bordercolor: muted, font: { color: ink, family: font } },
    };
    for (const key of Object.keys(layout)) {
      if (/^[xy]axis\d*$/.test(key)) {
        out[key] = { ...layout[key], color: muted, gridcolor: line, linecolor: muted, zerolinecolor: muted, tickcolor: muted };
      }
    }
    for (const key of ["annotations", "shapes"]) {
      if (!Array.isArray(layout[key])) continue;
      out[key] = layout[key].map((/** @type {any} */ item) =>
        key === "annotations"
          ? { ...item, font: { ...(item.font ?? {}), color: ink } }
          : { ...item, line: { ...(item.line ?? {}), color: item.line?.color ?? muted } },
      );
    }
    return out;
  };

  /** @type {Promise<any> | null} */
  let library = null;

  /** plotly.js, once: from the file beside the page, or from the text inside it. */
  const plotly = () => {
    library ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      const text = document.getElementById("plotly-source");
      script.onload = () => resolve(/** @type {any} */ (window).Plotly);
      script.onerror = () => reject(new Error(`${options.plotly} was not found`));
      if (text) script.textContent = text.textContent;
      else if (options.plotly) script.src = options.plotly;
      else reject(new Error("the page was saved without it"));
      document.head.append(script);
      if (text) {
        const loaded = /** @type {any} */ (window).Plotly;
        if (loaded) resolve(loaded);
        else reject(new Error("this browser did not run it"));
      }
    });
    return library;
  };

  /** @type {Map<HTMLElement, any>} */
  const drawn = new Map();
  const config = { displayModeBar: false, responsive: true, showTips: false };

  const draw = async (/** @type {HTMLElement} */ box) => {
    const data = document.getElementById(box.dataset.figure ?? "");
    if (!data || drawn.has(box)) return;
    drawn.set(box, null);
    const text = data.textContent ?? "{}";
    const figure = JSON.parse(data.classList.contains("packed") ? await unpacked(text) : text);
    drawn.set(box, figure);
    try {
      const library = await plotly();
      await library.newPlot(box, figure.data, themed(figure.layout), config);
      box.dataset.state = "drawn";
    } catch (error) {
      box.classList.add("undrawn");
      box.textContent = `This plot needs plotly.js, and ${error instanceof Error ? error.message : error}. Its numbers are in the table.`;
      box.dataset.state = "undrawn";
    }
  };

  const boxes = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".canvas[data-figure]")]);
  const near = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        near.unobserve(entry.target);
        draw(/** @type {HTMLElement} */ (entry.target));
      }
    },
    { rootMargin: "600px 0px" },
  );
  for (const box of boxes) near.observe(box);
  unfoldOnOpening();

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", async () => {
    if (!drawn.size) return;
    const library = await plotly().catch(() => null);
    for (const [box, figure] of drawn) if (library && box.dataset.state === "drawn") library.react(box, figure.data, themed(figure.layout), config);
  });

  // Paper has no disclosure triangles.
  /** @type {HTMLDetailsElement[]} */
  let opened = [];
  addEventListener("beforeprint", () => {
    // What is packed stays so: hundreds of tables are for the screen, and unpacking takes longer than printing waits.
    opened = [...document.querySelectorAll("details:not([open])")]
      .filter((details) => !details.querySelector(":scope > .stowed"))
      .map((details) => /** @type {HTMLDetailsElement} */ (details));
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
  });

  /** Keeps the goal of a link at the window's top while what lies before it takes its true height. */
  const hold = (/** @type {Element} */ target) => {
    const until = performance.now() + 700;
    const over = new AbortController();
    const { signal } = over;
    for (const name of ["wheel", "touchstart", "keydown", "pointerdown"]) addEventListener(name, () => over.abort(), { signal, passive: true });
    let top = NaN;
    const look = () => {
      if (signal.aborted || performance.now() > until) return over.abort();
      const now = target.getBoundingClientRect().top;
      if (now !== top) target.scrollIntoView({ behavior: "instant", block: "start" });
      top = target.getBoundingClientRect().top;
      requestAnimationFrame(look);
    };
    look();
  };

  // A link to something inside a closed disclosure opens it.
  const reveal = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    showPrompt(target);
    const details = target.closest("details");
    if (details) details.open = true;
    hold(target);
  };
  const showPrompt = filterPrompts();
  sortTables();
  addEventListener("hashchange", reveal);
  reveal();

  // A time beside a finding leads to its moment: the link goes to the player, and the player to the time.
  document.addEventListener("click", async (event) => {
    const link = /** @type {Element} */ (event.target).closest("a.moment");
    if (!(link instanceof HTMLAnchorElement)) return;
    const figure = document.getElementById(decodeURIComponent(link.hash.slice(1)))?.querySelector(".kit-player");
    if (figure instanceof HTMLElement) (await enliven(figure)).seek(Number(link.dataset.at));
  });

  const links = new Map(
    [...document.querySelectorAll(".contents a")].map((link) => [link.getAttribute("href")?.slice(1), link]),
  );
  const sections = [...document.querySelectorAll("main > section")];
  const follow = () => {
    const passed = sections.filter((section) => section.getBoundingClientRect().top < innerHeight * 0.35);
    const atEnd = innerHeight + scrollY >= document.body.scrollHeight - 4;
    const current = atEnd && scrollY > 0 ? sections.at(-1) : (passed.at(-1) ?? sections[0]);
    for (const [id, link] of links) {
      if (current && id === current.id) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  };
  addEventListener("scroll", follow, { passive: true });
  addEventListener("resize", follow, { passive: true });
  follow();

  enlivenNear();
  root.dataset.report = "ready";
}

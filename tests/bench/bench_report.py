"""A report against papermill running an empty notebook and nbconvert, its size, and how fast Chromium shows it."""

import time
from collections.abc import Callable
from pathlib import Path

import nbconvert
import nbformat
import papermill
from playwright.sync_api import Browser, sync_playwright

from kit.reporting import report
from tests.many_clips import many_clips

PROMPTS = (4, 40, 400)
RUNS = 3  # of the browser; the least is printed, for other work on the machine only ever adds


def bench_report(tmp_path: Path, make_clip: Callable[..., Path], chromium_program: str) -> None:
    """Prints a row for 4, 40 and 400 prompts by two models, and for 50 prompts by six."""
    bare = _empty(tmp_path)
    print(f"\nempty notebook by papermill, then nbconvert to HTML: {bare:.1f} s")
    print("prompts x models   building   to empty   ms a clip      page   first answer    filter")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=chromium_program, args=arguments)
        for prompts, models in (*((n, 2) for n in PROMPTS), (50, 6)):
            name = f"{prompts}x{models}"
            many_clips(tmp_path / name, make_clip, prompts=prompts, models=models, frames=24).close()
            began = time.perf_counter()
            page = report(tmp_path / name, out=tmp_path / "reports").html
            took = time.perf_counter() - began
            answer, narrowed = (min(column) for column in zip(*(_opened(browser, page) for _ in range(RUNS)), strict=True))  # fmt: skip
            print(
                f"{name:>16} {took:>9.1f} s {took / bare:>8.1f} x {1000 * took / (prompts * models):>11.0f} "
                f"{page.stat().st_size / 1e6:>8.2f} MB {answer:>11.2f} s {narrowed:>8.0f} ms"
            )
        browser.close()


def _empty(folder: Path) -> float:
    """Seconds for a notebook with nothing in it, run and shown by what the report is made with."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("pass")])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / "empty.ipynb")
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        papermill.execute_notebook(
            folder / "empty.ipynb", folder / "out.ipynb", progress_bar=False, log_output=False
        )
        text, _ = nbconvert.HTMLExporter().from_filename(str(folder / "out.ipynb"))
        (folder / "out.html").write_text(text, encoding="utf-8")
        times.append(time.perf_counter() - began)
    return min(times)


def _opened(browser: Browser, page: Path) -> tuple[float, float]:
    """Seconds until the answer can be read and the page answers, and milliseconds that its filter takes to be seen."""
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    tab = context.new_page()
    began = time.perf_counter()
    tab.goto(page.as_uri(), wait_until="commit")
    tab.locator(".verdict, .headline").first.wait_for()
    tab.wait_for_selector("html[data-report=ready]")
    answer = time.perf_counter() - began
    filtered = tab.evaluate(
        """() => new Promise((done) => {
            const began = performance.now();
            const form = document.getElementById("clips-filter");
            form.elements.words.value = "boat 2";
            form.dispatchEvent(new Event("input"));
            requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)));
        })"""
    )
    context.close()
    return answer, float(filtered)

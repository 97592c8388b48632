"""The report: a page, its numbers as JSON, and the executed notebook that made them.

kit.report("my-study", out="reports/")          # runs notebooks/report.ipynb
page = kit.Page("my-study"); page.answer(); page.save("reports/")     # or section by section
"""

from kit.reporting.files import ReportFiles
from kit.reporting.page import Page, Section
from kit.reporting.parameters import Parameter, from_text
from kit.reporting.runner import notebook_parameters, report
from kit.reporting.schema import schema
from kit.reporting.watch import watch

__all__ = [
    "Page",
    "Parameter",
    "ReportFiles",
    "Section",
    "from_text",
    "notebook_parameters",
    "report",
    "schema",
    "watch",
]

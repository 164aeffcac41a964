"""Reports: notebooks through papermill into self-contained pages."""

from custservice.reporting.runs import RunSummary, run_reports

__all__ = ["RunSummary", "run_reports"]

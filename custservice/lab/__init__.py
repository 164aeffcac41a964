"""The lab: a working copy of the notebooks in JupyterLab, and a notebook that explores a study with controls."""

from custservice.lab.copies import Copies, copy_notebooks
from custservice.lab.explore import Explorer, Selection, View, curve_of, explore, trend_of
from custservice.lab.start import jupyter_options, start_lab

__all__ = [
    "Copies",
    "Explorer",
    "Selection",
    "View",
    "copy_notebooks",
    "curve_of",
    "explore",
    "jupyter_options",
    "start_lab",
    "trend_of",
]

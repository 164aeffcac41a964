"""A papermill engine that runs cells in this very process, which was forked for one notebook and then ends.

Starting a kernel and importing the libraries takes longer than most notebooks do. Outputs are those that a kernel
would have given, as far as pages show them: display data, results, text and errors.
"""

from __future__ import annotations

import contextlib
import io
from typing import Any

import nbformat
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import ExecutionResult, InteractiveShell
from papermill.engines import Engine, papermill_engines

NAME = "custservice-inside"


def _output(kind: str, **fields: Any) -> Any:
    return nbformat.v4.new_output(kind, **fields)  # type: ignore[no-untyped-call]


def _keep(shell: Any, kind: str, **fields: Any) -> None:
    shell.kept.append(_output(kind, **fields))


class _Publisher(DisplayPublisher):
    """Keeps what a cell displays."""

    def publish(self, data: dict[str, Any], metadata: dict[str, Any] | None = None, **_: Any) -> None:  # type: ignore[override]
        _keep(self.shell, "display_data", data=data, metadata=metadata or {})


class _Hook(DisplayHook):
    """Keeps the value of a cell's last line."""

    def write_output_prompt(self) -> None:
        """Write nothing: the number stands in the output."""

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        data, number = dict(format_dict), self.prompt_count
        _keep(self.shell, "execute_result", data=data, metadata=md_dict or {}, execution_count=number)

    def finish_displayhook(self) -> None:
        """Write no line end."""


class _Text(io.TextIOBase):
    """Keeps what a cell prints."""

    def __init__(self, kept: list[Any], name: str) -> None:
        self._kept, self._name = kept, name

    def write(self, text: str) -> int:
        last = self._kept[-1] if self._kept else {}
        if last.get("name") == self._name:
            last["text"] += text
        elif text:
            self._kept.append(_output("stream", name=self._name, text=text))
        return len(text)

    def writable(self) -> bool:
        return True


class _Shell(InteractiveShell):
    kept: list[Any]

    def showtraceback(self, *_: Any, **__: Any) -> None:
        """Print nothing: the error becomes an output."""

    showsyntaxerror = showtraceback

    def ask_exit(self) -> None:
        """End as ``sys.exit`` does: an exit before the last cell is a failure."""
        raise SystemExit

    def enable_gui(self, gui: Any = None) -> None:
        """Do nothing: there is no screen."""


def _make_shell() -> _Shell:
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False  # it would start a thread and write into the user's folder
    shell: _Shell = _Shell(config=config, displayhook_class=_Hook, display_pub_class=_Publisher)  # type: ignore[no-untyped-call]
    shell.kept = []
    return shell


class _Inside(Engine):  # type: ignore[misc]
    """Runs the cells of a notebook in order and stops at the first that fails."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **_: Any) -> None:
        shell = _make_shell()
        InteractiveShell._instance = shell  # type: ignore[assignment]  # what get_ipython() and display() find
        for index, cell in enumerate(nb_man.nb.cells):
            if cell.cell_type != "code":
                continue
            nb_man.cell_start(cell, index)
            error = _run(shell, cell)
            if error is not None:
                cell.outputs.append(_as_output(error))
                nb_man.cell_exception(cell, index, exception=error)
                return
            nb_man.cell_complete(cell, index)


def _run(shell: _Shell, cell: Any) -> BaseException | None:
    shell.kept = cell.outputs = []
    with (
        contextlib.redirect_stdout(_Text(cell.outputs, "stdout")),
        contextlib.redirect_stderr(_Text(cell.outputs, "stderr")),
    ):
        done: ExecutionResult = shell.run_cell(cell.source, store_history=True)  # type: ignore[no-untyped-call]
    cell.execution_count = done.execution_count
    return done.error_before_exec or done.error_in_exec


def _as_output(error: BaseException) -> Any:
    return _output("error", ename=type(error).__name__, evalue=str(error), traceback=[])


papermill_engines.register(NAME, _Inside)

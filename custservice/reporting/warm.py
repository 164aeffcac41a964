"""Jobs for the forking process (`forks`), seen from the process that wants them done."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from concurrent.futures import Future
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from custservice.choice import Choice
from custservice.reporting.execute import ONE_THREAD, NotebookRun
from custservice.reporting.plan import Job

#: Without these, libraries start threads on import: matrices, and Arrow's memory.
_NO_THREADS = {**ONE_THREAD, "JE_ARROW_MALLOC_CONF": "background_thread:false", "MPLBACKEND": "agg"}


class WorkerDiedError(RuntimeError):
    """The process of a job ended without an answer; the text says how."""


class Warm:
    """A forking process with everything imported; use it as a context manager.

    Where none can be started (no ``fork``, or a library that starts a thread on import), ``ready`` is False.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._waiting: dict[int, Future[dict[str, Any]]] = {}
        self._lock = threading.Lock()
        self._number = 0
        self.ready = False

    def __enter__(self) -> Warm:
        if not hasattr(os, "fork"):
            return self
        command = [sys.executable, "-m", "custservice.reporting.forks"]
        with contextlib.suppress(OSError):
            self._process = subprocess.Popen(  # noqa: S603 (our own module)
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, **_NO_THREADS}
            )
            assert self._process.stdout is not None
            first = self._process.stdout.readline()
            self.ready = bool(first) and json.loads(first)["ready"]
        if self.ready:
            threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is None:
            return
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if not self.ready and self._process.stdout is not None:
            self._process.stdout.close()

    @property
    def server(self) -> int | None:
        """The id of the forking process, None where there is none."""
        return None if self._process is None else self._process.pid

    def make(self, job: Job, folder: Path, made: str, timeout: int) -> NotebookRun:
        """Do a job in a process of its own: `custservice.reporting.make.make_page`, with the memory it took.

        Raises
        ------
        WorkerDiedError
            The process ended before the job, or took too long.
        """
        answer = folder.with_suffix(".json")
        order = {"job": asdict(job), "folder": str(folder), "answer": str(answer), "made": made, "timeout": timeout}
        ended = self._send(order).result()
        if ended["late"]:
            raise WorkerDiedError(f"It took longer than {timeout:,} s.")
        if ended["code"] != 0:
            how = f"signal {-ended['code']}" if ended["code"] < 0 else f"exit code {ended['code']}"
            raise WorkerDiedError(f"The process died ({how}).")
        if not answer.exists():
            raise WorkerDiedError("The process ended before the notebook did.")
        told = json.loads(answer.read_text(encoding="utf-8"))
        answer.unlink()
        return replace(unpack(told), memory=ended["memory"])

    def _send(self, order: dict[str, Any]) -> Future[dict[str, Any]]:
        ended: Future[dict[str, Any]] = Future()
        with self._lock:
            self._number += 1
            self._waiting[self._number] = ended
            line = json.dumps({**order, "number": self._number}).encode() + b"\n"
            assert self._process is not None
            assert self._process.stdin is not None
            try:
                self._process.stdin.write(line)
                self._process.stdin.flush()
            except OSError:
                ended.set_exception(WorkerDiedError("The process that starts others has ended."))
        return ended

    def _listen(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        with self._process.stdout as wire:
            for line in wire:
                told = json.loads(line)
                self._waiting.pop(told["number"]).set_result(told)
        self.ready = False
        for ended in self._waiting.values():
            if not ended.done():
                ended.set_exception(WorkerDiedError("The process that starts others has ended."))


def pack(run: NotebookRun) -> dict[str, Any]:
    """Return a run as plain values."""
    return asdict(run)


def unpack(told: dict[str, Any]) -> NotebookRun:
    """Return a run from plain values."""
    return NotebookRun(**{**told, "choice": Choice(**told["choice"])})


def job_of(told: dict[str, Any]) -> Job:
    """Return a job from plain values."""
    return Job(**{**told, "choice": Choice(**told["choice"]), "links": tuple(told["links"])})

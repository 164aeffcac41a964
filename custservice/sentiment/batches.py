"""Work on many texts: in batches, so that memory stays small, on several processes where asked, with a bar."""

from __future__ import annotations

import gc
import multiprocessing
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from typing import Any

import pandas as pd

from custservice.errors import InputError

Texts = pd.Series | Sequence[str]
#: What is done with the texts of a batch: rows of a frame whose ``text_id`` is the place in the batch.
Work = Callable[[list[Any]], pd.DataFrame]
_BATCH = 2_000
#: Fewer texts are done before a bar would be read.
_BAR_FROM = 5 * _BATCH


def run_batches(work: Work, texts: Texts, workers: int = 1) -> pd.DataFrame:
    """Return the frames of all batches as one, with ``text_id`` the index of a Series or the place in a list.

    Parameters
    ----------
    work
        A function that can be sent to another process.
    texts
        Any values; what is no text is the work's matter.
    workers
        How many processes. Where there are several, a script must start its work under
        ``if __name__ == "__main__":``, as Python asks.

    Raises
    ------
    InputError
        ``workers`` is less than 1, or the processes could not be started.

    Examples
    --------
    >>> def lengths(texts):
    ...     return pd.DataFrame({"text_id": range(len(texts)), "length": [len(text) for text in texts]})
    >>> run_batches(lengths, pd.Series(["a", "bc"], index=["x", "y"])).values.tolist()
    [['x', 1], ['y', 2]]
    """
    if workers < 1:
        raise InputError(f"workers is {workers}, but at least one process must do the work: use 1 or more.")
    total = len(texts)
    frames: list[pd.DataFrame] = []
    with no_collecting(), closing(_results(work, texts, workers)) as results, _bar(total) as bar:
        for start, frame in results:
            if len(frame) or not frames:
                frames.append(frame.assign(text_id=_named(texts, start, frame["text_id"].tolist())))
            bar.update(min(_BATCH, total - start))
    if len(frames) > 1 and frames[0].empty:
        del frames[0]
    return pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]


def frame_of(columns: Iterable[Any], types: Mapping[str, str]) -> pd.DataFrame:
    """Return columns as a frame with these names and types, however short they are.

    Examples
    --------
    >>> frame_of([[0, 1], ["warmth", "skill"]], {"text_id": "int64", "driver": "str"}).columns.tolist()
    ['text_id', 'driver']
    """
    made = zip(types.items(), columns, strict=True)
    return pd.DataFrame({name: pd.Series(column, dtype=kind) for (name, kind), column in made})


@contextmanager
def no_collecting() -> Iterator[None]:
    """Let Python not search for rubbish meanwhile.

    The half million small objects of the tables all stay: to look through them again and again takes longer than much
    of the work.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _bar(total: int) -> Any:
    from tqdm import tqdm

    # Given None, tqdm shows itself on a terminal alone.
    return tqdm(total=total, unit="text", disable=None if total >= _BAR_FROM else True)


def _named(texts: Texts, start: int, places: list[int]) -> pd.Series[Any]:
    if not isinstance(texts, pd.Series):
        return pd.Series([start + place for place in places], dtype="int64" if places else None)
    if not places:
        return pd.Series(texts.index[:0], dtype=None)
    names = list(texts.index[start : start + _BATCH])
    return pd.Series([names[place] for place in places])


def _results(work: Work, texts: Texts, workers: int) -> Generator[tuple[int, pd.DataFrame], None, None]:
    starts = range(0, max(len(texts), 1), _BATCH)
    if workers == 1 or len(starts) == 1:
        for start in starts:
            yield start, work(list(texts[start : start + _BATCH]))
        return
    # Forked copies of a process with threads may hang, and the notebooks' process has some.
    context = multiprocessing.get_context("spawn")
    try:
        with ProcessPoolExecutor(workers, mp_context=context) as pool:
            # A few batches ahead keep every process busy; all of them at once would hold all results.
            waiting: deque[tuple[int, Future[pd.DataFrame]]] = deque()
            for start in starts:
                waiting.append((start, pool.submit(work, list(texts[start : start + _BATCH]))))
                if len(waiting) > 2 * workers:
                    first, done = waiting.popleft()
                    yield first, done.result()
            for first, done in waiting:
                yield first, done.result()
    except BrokenProcessPool as broken:
        raise InputError(
            "The processes for workers > 1 could not be started; in a script, call this under "
            "'if __name__ == \"__main__\":', or use workers=1."
        ) from broken

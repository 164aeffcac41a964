"""The folder of a report: whole or not at all, one process at a time, nothing foreign lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from custservice.errors import ReportError
from custservice.reporting import store as store_module
from custservice.reporting.store import FAILED, MADE_BY, MANIFEST, Store


def make_run(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "summary.html").write_text(text, encoding="utf-8")
    known = {"made_by": MADE_BY, "name": "summary", "files": {"summary.html": "x"}}
    (folder / MANIFEST).write_text(json.dumps(known), encoding="utf-8")
    return folder


NAME = Path("all/summary")


@pytest.mark.parametrize("can_exchange", [True, False])
def test_a_run_takes_the_place_of_another_whole(
    tmp_path: Path, can_exchange: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not can_exchange:
        monkeypatch.setattr(store_module, "_exchange", lambda *_: False)
    store = Store(tmp_path / "out")
    for text in ("first", "second"):
        with store.open() as work:
            store.put(make_run(work / "x", text), NAME)
        assert (tmp_path / "out" / NAME / "summary.html").read_text("utf-8") == text
        assert [p.name for p in (tmp_path / "out" / ".custservice").iterdir() if p.name != "old"] == ["lock"]
    assert store.runs() == [NAME]


def test_what_a_killed_run_left_is_swept_and_brought_back(tmp_path: Path) -> None:
    out = tmp_path / "out"
    store = Store(out)
    with store.open():
        pass
    make_run(out / ".custservice" / "old" / NAME, "the last good one")  # killed between two renames
    make_run(out / ".custservice" / "work-abc" / "0", "half")
    (out / ".custservice" / "tmpfile").write_text("half an index", encoding="utf-8")
    assert store.runs() == []
    with store.open() as work:
        assert (out / NAME / "summary.html").read_text("utf-8") == "the last good one"
        assert sorted(p.name for p in (out / ".custservice").iterdir()) == ["lock", work.name]


def test_one_process_at_a_time(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.open() as work:
        with pytest.raises(ReportError, match="Another run is writing"), Store(tmp_path).open():
            pass
        assert work.exists(), "who is refused sweeps nothing"
    with store.open():
        pass


def test_what_no_report_wrote_is_never_lost(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"name": "a web app"}', encoding="utf-8")
    with pytest.raises(ReportError, match=r"holds 'manifest.json', which no report wrote and which would be lost"):
        Store(tmp_path)
    with pytest.raises(ReportError, match="is a file"):
        Store(tmp_path / "manifest.json")
    run = make_run(tmp_path / "out" / NAME, "ours")
    (run / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(ReportError, match=r"holds 'thesis.txt', which no report wrote and which would be lost"):
        Store(tmp_path / "out").refuse_foreign(NAME)
    (run / "thesis.txt").unlink()
    Store(tmp_path / "out").refuse_foreign(NAME)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"made_by": "somebody"}', "\0"])
def test_a_damaged_manifest_is_no_run(tmp_path: Path, text: str) -> None:
    store = Store(tmp_path)
    with store.open():
        pass
    (tmp_path / NAME).mkdir(parents=True)
    (tmp_path / NAME / MANIFEST).write_text(text, encoding="utf-8")
    assert store.record(NAME) is None
    assert store.record(NAME, FAILED) is None
    assert store.runs() == []


def test_files_are_written_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path)
    with store.open():
        store.write("index.html", "good")

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(store_module.os, "replace", full)
        with pytest.raises(OSError, match="No space"):
            store.write("index.html", "half")
    assert (tmp_path / "index.html").read_text("utf-8") == "good"
    assert [p.name for p in (tmp_path / ".custservice").iterdir()] == ["lock"]

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest

from custservice import cache
from custservice.cache import FOLDER, Cache, hash_code, hash_file, hash_of


@pytest.fixture
def frame():
    made = pd.DataFrame(
        {"a": ["x", None], "when": pd.to_datetime(["2024-01-01", None]), "n": pd.array([1, None], "Int8")}
    )
    made.attrs = {"notes": ["one"]}
    return made


def refuse():
    raise AssertionError("made again")


def test_a_frame_is_made_once_and_comes_back_whole(tmp_path, frame):
    Cache(tmp_path).frame("panel", "k" * 64, lambda: frame)
    back = Cache(tmp_path).frame("panel", "k" * 64, refuse)
    pd.testing.assert_frame_equal(back, frame)
    assert back.attrs == {"notes": ["one"]}
    assert sorted(path.suffix for path in (tmp_path / FOLDER).iterdir()) == ["", ".parquet"]


def test_another_key_is_another_frame(tmp_path, frame):
    kept = Cache(tmp_path)
    kept.frame("panel", hash_of("a"), lambda: frame)
    assert len(kept.frame("panel", hash_of("b"), lambda: frame.head(1))) == 1


@pytest.mark.parametrize("damage", [b"", b"PAR1", b"not parquet at all" * 99, None])
def test_a_damaged_entry_is_made_again(tmp_path, frame, damage):
    kept = Cache(tmp_path)
    kept.frame("panel", "k", lambda: frame)
    entry = next((tmp_path / FOLDER).glob("*.parquet"))
    entry.write_bytes(entry.read_bytes()[:-9] if damage is None else damage)
    assert len(kept.frame("panel", "k", lambda: frame.head(1))) == 1
    assert len(kept.frame("panel", "k", refuse)) == 1


def test_it_moves_where_the_folder_cannot_be_written(tmp_path, frame, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "home"))
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / FOLDER).write_text("a file in its place")
    kept = Cache(tmp_path / "study")
    assert kept.folder is not None
    assert (tmp_path / "home") in kept.folder.parents
    kept.frame("panel", "k", lambda: frame)
    assert len(kept.frame("panel", "k", refuse)) == 2


def test_without_any_folder_frames_are_made_each_time(tmp_path, frame, monkeypatch):
    monkeypatch.setattr(cache, "_writable", lambda folder: False)
    kept = Cache(tmp_path)
    assert kept.folder is None
    pd.testing.assert_frame_equal(kept.frame("panel", "k", lambda: frame), frame)
    with pytest.raises(AssertionError):
        kept.frame("panel", "k", refuse)


def test_a_full_disk_costs_the_cache_and_not_the_result(tmp_path, frame, monkeypatch):
    kept = Cache(tmp_path)

    def full(*_):
        raise OSError("no space left")

    monkeypatch.setattr(os, "replace", full)
    assert len(kept.frame("panel", "k", lambda: frame)) == 2
    assert not list((tmp_path / FOLDER).glob("*.tmp"))


def test_several_may_write_one_entry(tmp_path, frame):
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: len(Cache(tmp_path).frame("panel", "k", lambda: frame)), range(12)))
    assert found == [2] * 12


def test_old_entries_go(tmp_path, frame):
    kept = Cache(tmp_path)
    for number in range(20):
        kept.frame("panel", f"{number:032d}", lambda: frame)
        os.utime(tmp_path / FOLDER / f"panel-{number:032d}.parquet", (number, number))
    kept.frame("reviews", "k", lambda: frame)
    left = {path.name for path in (tmp_path / FOLDER).glob("*.parquet")}
    assert len(left) == 13
    assert {f"panel-{19:032d}.parquet", "reviews-k.parquet"} <= left


def test_hashes(tmp_path):
    file = tmp_path / "a"
    file.write_bytes(b"abc")
    assert hash_file(file) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert hash_code("loaders") != hash_code("tables.py")
    assert hash_of({"a": 1, "b": 2}) == hash_of({"b": 2, "a": 1})

"""The generic format ``parquet``: one Parquet file per table, as pandas, Spark or a database write it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from custservice.errors import InputError
from custservice.loaders.files import PARQUET, read_start
from custservice.loaders.raw import Format, Raw, Sample, broken_rows


def read_parquet(paths: Sequence[Path]) -> list[Raw]:
    """Read Parquet files.

    Raises
    ------
    InputError
        If a file is not Parquet, is damaged or has no rows.
    """
    return [_read_one(path) for path in paths]


def _read_one(path: Path) -> Raw:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not read_start(path).startswith(PARQUET):
        raise InputError(f'{path} is not a Parquet file: leave out format = "parquet", or name its own format.')
    try:
        # Arrow's own file: reading one of Python's in Arrow's threads can abort or hang the interpreter at its exit.
        with pa.OSFile(str(path)) as file:
            table = pq.read_table(file)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path} is a damaged Parquet file ({_first_line(error)}): export it again.") from error
    if not table.num_rows:
        raise InputError(f"{path} has columns but no rows: export the table again, with its data.")
    # Nullable integers keep long ids exact where a value is missing; plain pandas would make them floats.
    integers = {pa.int64(): pd.Int64Dtype(), pa.int32(): pd.Int32Dtype(), pa.uint64(): pd.UInt64Dtype()}
    frame = table.to_pandas(ignore_metadata=True, types_mapper=integers.get)
    frame = frame[[name for name in frame.columns if not re.fullmatch(r"__index_level_\d+__", str(name))]]
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="row")
    return Raw(path.name, frame.rename(columns=str), broken_rows([]))


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0].rstrip(".")


def _recognises(sample: Sample) -> bool:
    return sample.start.startswith(PARQUET)


FORMAT = Format("parquet", _recognises, read_parquet)

"""Reads a pair's files of a dataset with pyarrow and with DuckDB, for the test to compare with what was written.

read_back.py FOLDER OUT: FOLDER holds the splits. For each reader and split it writes OUT/<reader>.<split>.bin, the columns
one after another: int64 milliseconds, then float32. On standard output, as JSON: each one's columns with their types.
"""

import json
import sys
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq


def with_pyarrow(folder: Path) -> pa.Table:
    return pa.concat_tables(pq.read_table(path) for path in sorted(folder.iterdir()))


def with_duckdb(folder: Path) -> pa.Table:
    query = f"select * from read_parquet('{folder}/*.parquet') order by ts_utc"
    return duckdb.connect().execute(query).fetch_arrow_table()


def content(column: pa.ChunkedArray) -> bytes:
    """The bytes of a column without nulls."""
    if column.null_count > 0:
        raise ValueError("the column has nulls")
    width = column.type.bit_width // 8
    return b"".join(
        chunk.buffers()[1].to_pybytes()[chunk.offset * width : (chunk.offset + len(chunk)) * width]
        for chunk in column.chunks
    )


def main(folder: Path, out: Path) -> None:
    report = {}
    for reader in (with_pyarrow, with_duckdb):
        for split in sorted(folder.iterdir()):
            table = reader(split)
            # DuckDB has its times in microseconds.
            times = table["ts_utc"].cast(pa.timestamp("ms", table["ts_utc"].type.tz))
            columns = [times, *(table[name] for name in table.column_names[1:])]
            name = f"{reader.__name__}.{split.name}"
            (out / f"{name}.bin").write_bytes(b"".join(map(content, columns)))
            types = [[field.name, str(field.type)] for field in table.schema]
            report[name] = {"rows": table.num_rows, "types": types}
    json.dump(report, sys.stdout)


main(Path(sys.argv[1]), Path(sys.argv[2]))

"""Files of the artefact, and their packing: the same contents give the same bytes, whenever and wherever."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def json_bytes(value: object) -> bytes:
    """Raises ValueError for a number that JSON has not."""
    return (json.dumps(value, allow_nan=False, separators=(",", ":"), ensure_ascii=False) + "\n").encode()


def file_entry(path: str, content: bytes) -> dict[str, Any]:
    return {"path": path, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def pack(files: Mapping[str, bytes]) -> bytes:
    """A model.tar.gz: sorted, flat, without a clock, a user or a name of this machine."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for path in sorted(files):
            member = tarfile.TarInfo(path)
            member.size = len(files[path])
            member.mode = 0o644
            tar.addfile(member, io.BytesIO(files[path]))
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", filename="", mtime=0) as stream:
        stream.write(archive.getvalue())
    return packed.getvalue()


def write_atomically(path: Path, content: bytes) -> None:
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    temporary.write_bytes(content)
    temporary.replace(path)

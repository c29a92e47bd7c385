"""Usage: python tests/fuzz/check_accepted_rows.py DIR   holds what accepted-rows.ts has read of each file to what
Python's json and csv modules, and pyarrow, read of it."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

BLANKS = " \t\r\n"

unread: list[Path] = []


class NotRead(Exception):
    """The reader does not read the file."""


def text_of(path: Path, broken: bool) -> str:
    """A file that is broken may be so by its encoding; what comes after the break does not count."""
    try:
        return path.read_bytes().decode("utf-8-sig", errors="replace" if broken else "strict")
    except UnicodeDecodeError as error:
        raise NotRead(str(error)) from error


def list_values(text: str, broken: bool) -> list[Any]:
    """The values of a list; of a broken one, those before the break."""
    if not broken:
        try:
            whole = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise NotRead(f"{type(error).__name__}: {error}") from error
        return whole if isinstance(whole, list) else [whole]
    decoder, values = json.JSONDecoder(), []
    at = text.index("[") + 1
    try:
        while True:
            at += len(text[at:]) - len(text[at:].lstrip(BLANKS))
            value, at = decoder.raw_decode(text, at)
            values.append(value)
            at += len(text[at:]) - len(text[at:].lstrip(BLANKS))
            if text[at : at + 1] != ",":
                return values
            at += 1
    except (ValueError, RecursionError):
        return values


def line_values(text: str) -> tuple[list[Any], int]:
    values, rejected = [], 0
    for line in text.split("\n"):
        line = line.strip(BLANKS)
        if not line:
            continue
        try:
            values.append(json.loads(line.removesuffix(",")))
        except (ValueError, RecursionError):
            rejected += 1
    return values, rejected


def table_values(text: str, delimiter: str, first: dict[str, str]) -> tuple[list[Any], int]:
    """The rows of a table, as dictionaries by the columns of ours; those with more cells are rejected."""
    named = re.match(r"sep=(.)\r?\n", text, re.I)
    if named:
        delimiter, text = named[1], text[named.end() :]
    csv.field_size_limit(1 << 30)
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
    if not rows:
        return [], 0
    names = [cell.strip() for cell in rows[0]]
    if list(first) == [str(index + 1) for index in range(len(names))]:
        names = list(first)
    else:
        rows = rows[1:]
        if set(first) != set(names):
            names = [name.lower() for name in names]
    values, rejected = [], 0
    for row in rows:
        if any(row[len(names) :]):
            rejected += 1
            continue
        values.append(dict(zip(names, row + [""] * len(names))))
    return values, rejected


def parquet_values(path: Path) -> list[Any] | None:
    """The rows of a file; None where pyarrow does not read it: it also looks at Arrow's copy of the schema, at statistics
    and at the encoding and range of levels, and what is damaged there has no other reading to be held to."""
    try:
        table = pq.read_table(io.BytesIO(path.read_bytes()))
        for index, field in enumerate(table.schema):
            if pa.types.is_string(field.type):
                # As bytes: text that is not UTF-8 is none.
                table = table.set_column(index, field.name, table.column(index).cast(pa.binary()))
        rows = table.to_pylist()
    except Exception:  # Whatever it raises, it does not read the file.
        unread.append(path)
        return None
    return [{name: text_or_bytes(value) for name, value in row.items()} for row in rows]


def text_or_bytes(value: Any) -> Any:
    if not isinstance(value, bytes):
        return value
    try:
        return value.decode()
    except UnicodeDecodeError:
        return {str(index): byte for index, byte in enumerate(value)}


def same(ours: Any, theirs: Any) -> bool:
    if isinstance(theirs, float) and not math.isfinite(theirs):
        return ours is None
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(same(ours[key], theirs[key]) for key in ours)
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return ours is theirs
    if isinstance(ours, (int, float)) and isinstance(theirs, (int, float)):
        return float(ours) == float(theirs) if abs(theirs) < 1e308 else True  # As a double holds it.
    return type(ours) is type(theirs) and ours == theirs


def check(path: Path) -> str | None:
    read = json.loads(Path(f"{path}.json").read_text(encoding="utf-8"))
    ours, broken = read["values"], read["isBroken"]
    rejected = 0
    match read["container"]:
        case "parquet":
            theirs = parquet_values(path)
            if theirs is None:
                return None
        case "json":
            text = text_of(path, broken)
            if not text.lstrip(BLANKS).startswith("["):
                return None  # An object of rows: its forms are the unit tests' matter.
            theirs = list_values(text, broken)
        case "json-lines":
            theirs, rejected = line_values(text_of(path, broken))
        case "csv":
            if not ours:
                return None
            theirs, rejected = table_values(text_of(path, broken), read["delimiter"], ours[0])
        case other:
            return f"read as {other}"
    if broken:
        theirs = theirs[: len(ours)]
    elif rejected != read["rejected"]:
        return f"{read['rejected']} rows are rejected, there {rejected}"
    if same(ours, theirs):
        return None
    if len(ours) != len(theirs):
        return f"{len(ours)} values, there {len(theirs)}"
    odd = next(index for index in range(len(ours)) if not same(ours[index], theirs[index]))
    return f"value {odd} is {str(ours[odd])[:150]!r}, there {str(theirs[odd])[:150]!r}"


def problem_of(path: Path) -> str | None:
    try:
        return check(path)
    except NotRead as error:
        return f"read, where Python raises {error}"


def main(directory: str) -> int:
    sys.setrecursionlimit(20_000)
    kinds = (".json", ".jsonl", ".csv", ".parquet")
    paths = sorted(path for path in Path(directory).iterdir() if path.suffix in kinds and Path(f"{path}.json").exists())
    problems = [(path, problem) for path in paths if (problem := problem_of(path))]
    for path, problem in problems[:40]:
        print(f"{path.name}: {problem}")
    wrong = Counter(path.suffix for path, _ in problems)
    read = Counter(path.suffix for path in paths)
    print(", ".join(f"{read[kind]} {kind} files read, {wrong[kind]} otherwise than by Python" for kind in kinds))
    print(f"{len(unread)} .parquet files that pyarrow does not read are not compared")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

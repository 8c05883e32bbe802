"""Backprop Lab's side of a training in Python: one file, nothing to install.

    import backprop_lab

    run = backprop_lab.Run("run.jsonl", name="my net", config={"lr": 0.1})
    for step in range(1, 101):
        run.log(step, loss=loss, accuracy=accuracy)
    run.finish()

"lab import run.jsonl --follow" draws it while it grows. What the lab has exported comes in again with
read_bundle("runs.json") and read_csv("metrics.csv").
"""

import csv
import gzip
import json
import math
import os
import time
import uuid

__all__ = ["Run", "log", "read_bundle", "read_csv", "read_jsonl"]


def _number(value):
    """A plain number of whatever holds one: a torch or numpy scalar, an int, a bool."""
    value = float(value.item() if hasattr(value, "item") else value)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


class Run:
    """A run as JSON lines: the first says what it is, each other one is a step."""

    def __init__(self, path="backprop_lab.jsonl", name=None, config=None, append=False):
        """append=True goes on with the run that is in the file, without a new first line."""
        self.path = os.fspath(path)
        going_on = append and os.path.exists(self.path) and os.path.getsize(self.path) > 0
        self._file = open(self.path, "a" if append else "w", encoding="utf-8")
        if not going_on:
            self._write(
                {
                    "run": uuid.uuid4().hex,
                    "name": name or os.path.splitext(os.path.basename(self.path))[0],
                    "started": time.time(),
                    "config": {key: _setting(value) for key, value in (config or {}).items()},
                }
            )

    def log(self, step, **values):
        """Numbers of one step; it is on the disk's way when this returns."""
        line = {"step": int(step), "time": time.time()}
        for name, value in values.items():
            line[name] = _number(value)
        self._write(line)

    def finish(self):
        """Says that nothing more comes."""
        if self._file is not None:
            self._write({"finished": time.time()})
            self._file.close()
            self._file = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.finish()

    def _write(self, line):
        if self._file is None:
            raise ValueError("this run is finished: begin another one")
        # One write a line, so that a reader never waits for the other half for long.
        self._file.write(json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n")
        self._file.flush()


def _setting(value):
    return value if isinstance(value, (str, bool)) else _number(value) if _is_number(value) else str(value)


def _is_number(value):
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


_default = None


def log(step, **values):
    """Into backprop_lab.jsonl in the current folder."""
    global _default
    if _default is None:
        _default = Run()
    _default.log(step, **values)


_WORDS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def read_jsonl(path):
    """{"run", "name", "config", "started", "steps": [{"step", "loss", …}]} of a file that Run has written."""
    found = {"steps": []}
    with open(path, encoding="utf-8") as file:
        for line in file:
            if not line.strip():
                continue
            entry = json.loads(line)
            if "step" in entry:
                found["steps"].append({k: _WORDS.get(v, v) if isinstance(v, str) else v for k, v in entry.items()})
            else:
                found.update(entry)
    return found


def read_csv(path):
    """{column: [values]}: numbers as floats where a whole column holds them, an empty field as NaN, else texts."""
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    if not rows:
        return {}
    header, body = rows[0], rows[1:]
    for number, row in enumerate(body, 2):
        if len(row) != len(header):
            raise ValueError(f"{path}, row {number}: expected {len(header)} fields, got {len(row)}")
    columns = {}
    for i, name in enumerate(header):
        # The lab escapes what a spreadsheet would take for a formula.
        texts = [row[i][1:] if row[i][:1] == "'" and row[i][1:2] in "=+-@" else row[i] for row in body]
        try:
            columns[name] = [float(text) if text else math.nan for text in texts] if any(texts) else texts
        except ValueError:
            columns[name] = texts
    return columns


def read_bundle(path):
    """{run id: {"run": {…}, "machine": {…}, "tables": {table: [rows as dicts]}, "metrics": {name: [(step, value)]}}}
    of a bundle that the lab has exported ("lab export bundle"), gzipped or not."""
    with open(path, "rb") as file:
        gzipped = file.read(2) == b"\x1f\x8b"
    with (gzip.open if gzipped else open)(path, "rt", encoding="utf-8") as file:
        lines = json.load(file)
    if not isinstance(lines, list) or not lines or not isinstance(lines[0], dict) or "format" not in lines[0]:
        raise ValueError(f"{path} is no bundle of Backprop Lab: expected what 'lab export bundle' writes")
    if not isinstance(lines[-1], dict) or "end" not in lines[-1]:
        raise ValueError(f"{path} ends early: export the bundle again")
    runs = {}
    for line in lines[1:-1]:
        run = runs.setdefault(line["run"], {"run": {}, "machine": {}, "tables": {}, "metrics": {}})
        if "row" in line:
            run["machine"] = _unpacked(line["machine"])
            run["run"] = {key: _parsed(value) for key, value in _unpacked(line["row"]).items()}
        elif "table" in line:
            rows = [dict(zip(line["columns"], _unpacked(row))) for row in line["rows"]]
            run["tables"].setdefault(line["table"], []).extend(rows)
    for run in runs.values():
        names = [series["name"] for series in run["tables"].get("series", [])]
        run["metrics"] = {name: [] for name in names}
        for point in sorted(run["tables"].get("point", []), key=lambda row: row["position"]):
            value = point["value"]
            run["metrics"][names[point["series_id"]]].append((point["step"], math.nan if value is None else value))
    return runs


def _unpacked(value):
    """The lab writes numbers that JSON has not as {"$number": "NaN"}."""
    if isinstance(value, dict):
        if set(value) == {"$number"}:
            return {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf, "-0": -0.0}[value["$number"]]
        return {key: _unpacked(entry) for key, entry in value.items()}
    return [_unpacked(entry) for entry in value] if isinstance(value, list) else value


def _parsed(value):
    """Columns that hold JSON, as dicts and lists."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return _unpacked(json.loads(value))
        except ValueError:
            return value
    return value

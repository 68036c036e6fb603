#!/usr/bin/env python3
"""Marked notes to plain ones.

  unmark.py NOTES OUT            each NOTES/*.txt without its [[LABEL:...]] marks, to OUT
  unmark.py --gold NOTES         the marks as JSON Lines: {"id","text","spans":[{"start","end","label"}]}, code points
"""
import json
import pathlib
import re
import sys

MARK = re.compile(r"\[\[([A-Z0-9_]+):(.*?)\]\]", re.S)


def parse(marked):
    """The note without its marks, and the marks."""
    pieces, spans, at, length = [], [], 0, 0
    for mark in MARK.finditer(marked):
        pieces.append(marked[at:mark.start()])
        length += mark.start() - at
        spans.append({"start": length, "end": length + len(mark.group(2)), "label": mark.group(1)})
        pieces.append(mark.group(2))
        length += len(mark.group(2))
        at = mark.end()
    pieces.append(marked[at:])
    return "".join(pieces), spans


def read_notes(folder):
    for path in sorted(pathlib.Path(folder).glob("*.txt")):
        with open(path, encoding="utf-8", newline="") as file:
            yield path.stem, *parse(file.read())


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    if sys.argv[1] == "--gold":
        for name, text, spans in read_notes(sys.argv[2]):
            print(json.dumps({"id": name, "text": text, "spans": spans}, ensure_ascii=False))
        return
    out = pathlib.Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    for name, text, _ in read_notes(sys.argv[1]):
        with open(out / f"{name}.txt", "w", encoding="utf-8", newline="") as file:
            file.write(text)


if __name__ == "__main__":
    main()

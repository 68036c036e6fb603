#!/usr/bin/env python3
"""Writes many notes as JSON Lines: the project's own, over and over, each as another record.

  make_notes.py MEGABYTES [SUBJECTS] > notes.jsonl

Records of one note share one of SUBJECTS (1000) subjects in turn, so that most values have been seen before.
"""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "corpora"))
from unmark import read_notes  # noqa: E402


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    wanted = float(sys.argv[1]) * 1e6
    subjects = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    notes = list(read_notes(pathlib.Path(__file__).parent.parent / "corpora" / "notes"))
    written = number = 0
    while written < wanted:
        name, text, _ = notes[number % len(notes)]
        copy = number // len(notes)
        print(json.dumps({"id": f"{name}-{copy}", "subject": f"{name}-{copy % max(1, subjects // len(notes))}", "text": text},
                         ensure_ascii=False))
        written += len(text.encode())
        number += 1


if __name__ == "__main__":
    main()

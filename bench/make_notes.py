#!/usr/bin/env python3
"""Writes notes as JSON Lines for speed: as long and as dense with identifiers as asked for.

  make_notes.py MEGABYTES [--length 2000-5000] [--apart 200] [--distinct 4] [--subjects N] [--seed 1] [--tree DIR] > notes.jsonl

A note is sentences of the filled templates and of the notes of corpora/, with an identifier about every --apart bytes. After
--distinct megabytes the notes begin again, each time as other records of the same subjects, so that most values
have been seen before. {"id","subject","text","marks"}: `marks` is how many identifiers stand in it. With --tree each
note becomes a file DIR/000/000000.txt instead.
"""
import argparse
import json
import pathlib
import random
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "corpora"))
from unmark import read_notes  # noqa: E402

# A line's end, or a full stop after a word that is no abbreviation.
BREAK = re.compile(r"\n+|(?<=[a-z]{4}\.) (?=[A-Z])")
MAY_STAY = {"STATE", "COUNTRY", "YEAR", "AGE", "WEEKDAY", "TIME", "PROFESSION", "OTHER"}


def texts():
    filled = subprocess.run([sys.executable, str(ROOT / "corpora" / "generate.py"), "fill", "train", "--each", "4", "--seed", "11"],
                            capture_output=True, text=True, check=True)
    for line in filled.stdout.splitlines():
        row = json.loads(line)
        yield row["text"], row["spans"]
    for folder in ("notes", "clean"):
        for _, text, spans in read_notes(ROOT / "corpora" / folder):
            yield text, spans


def pieces():
    """Sentences with how many identifiers each has; none is cut inside an identifier."""
    for text, spans in texts():
        at = 0
        for end in [*BREAK.finditer(text), None]:
            stop = len(text) if end is None else end.start()
            if end is not None and any(s["start"] < end.end() and end.start() < s["end"] for s in spans):
                continue
            marks = sum(at <= s["start"] < stop and s["label"] not in MAY_STAY for s in spans)
            piece = text[at:stop].strip()
            at = stop if end is None else end.end()
            if 12 <= len(piece) <= 400:
                yield piece, marks


def notes(length, apart, size, seed):
    dice = random.Random(seed)
    marked, clean = [], []
    for piece, marks in pieces():
        (marked if marks else clean).append((piece, marks))
    dice.shuffle(marked)
    dice.shuffle(clean)
    written = m = c = 0
    while written < size:
        wanted, parts, long, marks = dice.randint(*length), [], 0, 0
        while long < wanted:
            if marks * apart <= long:
                piece, count = marked[m % len(marked)]
                m += 1
            else:
                piece, count = clean[c % len(clean)]
                c += 1
            parts.append(piece + ("\n\n" if dice.random() < 0.06 else "\n" if dice.random() < 0.3 else " "))
            long += len(parts[-1].encode())
            marks += count
        text = "".join(parts)
        written += long
        yield text, marks


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("megabytes", type=float)
    parser.add_argument("--length", default="2000-5000", help="bytes of a note, from-to")
    parser.add_argument("--apart", type=int, default=200, help="bytes from identifier to identifier")
    parser.add_argument("--distinct", type=float, default=4.0, help="megabytes after which the notes begin again")
    parser.add_argument("--subjects", type=int, default=0, help="how many subjects (default: one a distinct note)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tree", type=pathlib.Path)
    return parser.parse_args()


def main():
    arguments = parse()
    low, _, high = arguments.length.partition("-")
    size = arguments.megabytes * 1e6
    distinct = list(notes((int(low), int(high or low)), arguments.apart, min(size, arguments.distinct * 1e6), arguments.seed))
    subjects = arguments.subjects or len(distinct)
    written = number = 0
    while written < size:
        text, marks = distinct[number % len(distinct)]
        if arguments.tree:
            path = arguments.tree / f"{number // 1000:03d}" / f"{number:06d}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        else:
            print(json.dumps({"id": f"n{number:06d}", "subject": f"s{number % len(distinct) % subjects}", "text": text,
                              "marks": marks}, ensure_ascii=False))
        written += len(text.encode())
        number += 1


if __name__ == "__main__":
    main()

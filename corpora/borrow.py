#!/usr/bin/env python3
"""Marked text of other collections, made ready to be trained on beside the project's own templates.

  borrow.py FILE... [--without FILE...] > JSONL

Paragraphs whose marks say "ignore" are left out, since nobody decided what they are. --without: leave out the
documents that have a counterpart there (ids alike but for a last letter), so that those can be measured on.
"""
import argparse
import json
import re


def documents(path):
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def root(name):
    return re.sub("[a-z]$", "", str(name))


def paragraphs(text):
    at = 0
    for part in re.split(r"(?<=\n)", text):
        yield at, part
        at += len(part)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+")
    parser.add_argument("--without", nargs="*", default=[])
    options = parser.parse_args()
    apart = {root(document["id"]) for path in options.without for document in documents(path)}
    for path in options.files:
        for document in documents(path):
            if root(document["id"]) in apart:
                continue
            pieces, spans, length = [], [], 0
            for at, part in paragraphs(document["text"]):
                inside = [s for s in document["spans"] if s["start"] < at + len(part) and s["end"] > at]
                if any(s.get("ignore") or s["start"] < at or s["end"] > at + len(part) for s in inside):
                    continue
                spans += [{"start": s["start"] - at + length, "end": s["end"] - at + length, "label": s["label"]} for s in inside]
                pieces.append(part)
                length += len(part)
            if length:
                print(json.dumps({"id": f"{document['id']}:0", "text": "".join(pieces), "spans": spans}, ensure_ascii=False))


if __name__ == "__main__":
    main()

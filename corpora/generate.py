#!/usr/bin/env python3
"""Fills the templates: text with marked identifiers, as much as wanted, all of it made up.

  generate.py check FILE...                    unknown slots with their lines; how many templates there are
  generate.py fill train|heldout [--each N] [--seed S] [--known] > JSONL
                                               every template N times (default 20), one JSON object a line:
                                               {"id","text","spans":[{"start","end","label"}]}, code points;
                                               --known: the same texts, with "known" (what the patient's chart
                                               holds, corpora/chart.py) and "subject":true on the patient's spans

Templates are in corpora/templates/*.txt, those kept apart for testing in corpora/templates/heldout/*.txt: by
other hands, no template in both. Each begins with `=== narrative` or `=== form`; {{slot}}, {{slot.form}} and
{{slot.form|lower}} are filled (corpora/slots.py says with what), [[LABEL:text]] is marked as it is.
For training some fillings are put in lower case, in capitals, or lose their marks of punctuation, as people type.
"""
import argparse
import json
import pathlib
import random
import re
import sys
import zlib

import chart as charts
import slots

HERE = pathlib.Path(__file__).parent
PART = re.compile(r"\{\{([a-z0-9_]+)(?:\.([a-z0-9_]+))?(?:\|([a-z]+))?\}\}|\[\[([A-Z0-9_]+):(.*?)\]\]", re.S)
CASES = {None: str, "lower": str.lower, "upper": str.upper, "title": str.title}


def read_templates(path):
    """(line, kind, text) of each template of a file."""
    found, lines, start, kind = [], [], 0, None
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if line.startswith("=== "):
            if kind:
                found.append((start, kind, "\n".join(lines).strip("\n")))
            start, kind, lines = number, line[4:].strip(), []
        else:
            lines.append(line)
    if kind:
        found.append((start, kind, "\n".join(lines).strip("\n")))
    return found


def fill(template, rng, chart=None):
    """Text and spans of one filling; the patient's are noted in `chart`."""
    filler = slots.Filler(rng)
    pieces, spans, at, length = [], [], 0, 0
    for part in PART.finditer(template):
        kind, form, case, label, literal = part.groups()
        plain = template[at:part.start()]
        value, own = literal, False
        if kind:
            if case not in CASES:
                raise ValueError(f"|{case}")
            value, label = filler.fill(kind, form)
            own = chart is not None and chart.take(kind, form, "".join(pieces) + plain, value, filler)
            value = CASES[case](value)
        pieces += [plain, value]
        length += len(plain)
        if label:
            spans.append({"start": length, "end": length + len(value), "label": label, **({"subject": True} if own else {})})
        length += len(value)
        at = part.end()
    pieces.append(template[at:])
    return "".join(pieces), spans


def recase(text, change):
    """`change` applied where it keeps every position."""
    changed = "".join(new if len(new := change(c)) == 1 else c for c in text)
    return changed


def roughen(text, spans, rng):
    """The text as somebody in a hurry would have typed it."""
    kind = rng.random()
    if kind < 0.12:
        return recase(text, str.lower), spans
    if kind < 0.20:
        return recase(text, str.upper), spans
    if kind < 0.25:
        return "".join(" " if c in ",;" else c for c in text), spans
    return text, spans


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check").add_argument("files", nargs="+", type=pathlib.Path)
    filling = commands.add_parser("fill")
    filling.add_argument("part", choices=["train", "heldout"])
    filling.add_argument("--each", type=int, default=20)
    filling.add_argument("--seed", type=int, default=1)
    filling.add_argument("--known", action="store_true")
    options = parser.parse_args()
    if options.command == "check":
        sys.exit(check(options.files))
    folder = HERE / "templates" / ("heldout" if options.part == "heldout" else "")
    for path in sorted(folder.glob("*.txt")):
        for line, _, template in read_templates(path):
            each = options.each if PART.search(template) else max(1, options.each // 4)
            for copy in range(each):
                name = f"{path.stem}:{line}:{copy}"
                rng = random.Random(zlib.crc32(f"{options.seed}:{name}".encode()))
                # Dice of its own: the texts are the same with and without.
                chart = charts.Chart(random.Random(f"{options.seed}:{name}")) if options.known else None
                text, spans = fill(template, rng, chart)
                if options.part == "train":
                    text, spans = roughen(text, spans, rng)
                record = {"id": name, "text": text, "spans": spans}
                if chart:
                    record["known"] = chart.done()
                print(json.dumps(record, ensure_ascii=False))


def check(files):
    faults = 0
    for path in files:
        counts = {}
        for line, kind, template in read_templates(path):
            counts[kind] = counts.get(kind, 0) + 1
            if kind not in ("narrative", "form"):
                print(f"{path}:{line}: there is no kind {kind!r}; narrative or form")
                faults += 1
            for offset, text in enumerate(template.split("\n"), 1):
                for part in re.finditer(r"\{\{.*?\}\}|\{\{|\}\}", text):
                    try:
                        if not PART.fullmatch(part.group()):
                            raise ValueError(part.group())
                        fill(part.group(), random.Random(1))
                    except (ValueError, KeyError) as fault:
                        print(f"{path}:{line + offset}: unknown slot {part.group()} ({fault})")
                        faults += 1
        print(f"{path}: {', '.join(f'{count} {kind}' for kind, count in sorted(counts.items()))}; {faults} faults")
    return faults > 0


if __name__ == "__main__":
    main()

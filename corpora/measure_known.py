#!/usr/bin/env python3
"""How much of the patient's own identifiers is found, with the chart's identifiers handed in and without.

  corpora/measure_known.py PHIVEIL [--pack FILE] [--each N] [--seed S] [--misses N]

PHIVEIL is the built program. The held-out templates are filled N times (default 10) with `generate.py fill
heldout --known` and go through `phiveil find` three times: without "known"; with it, but only the legal one of the
patient's names; with all of it, preferred and former names too. Letters and digits count, nothing else. For each
label of the patient's own spans: their number, the share found whole, and the share of characters. The last rows
are the relatives' names, and what was taken that is marked as nothing, by 1,000 words.
"""
import argparse
import collections
import json
import pathlib
import subprocess
import sys

MAY_STAY = {"STATE", "YEAR", "AGE", "WEEKDAY", "TIME"}
RUNS = ("none", "legal name", "all")
ALL, RELATIVES = "all the patient's", "relatives' names"


def fillings(options):
    generate = pathlib.Path(__file__).with_name("generate.py")
    out = subprocess.run([sys.executable, generate, "fill", "heldout", "--known", "--each", str(options.each), "--seed", str(options.seed)],
                         check=True, capture_output=True, text=True, encoding="utf-8").stdout
    return [json.loads(line) for line in out.splitlines()]


def known_for(run, known):
    if run == "none":
        return {}
    if run == "legal name" and "names" in known:
        return {**known, "names": known["names"][:1]}
    return known


def find(options, run, records):
    lines = "".join(json.dumps({"id": r["id"], "text": r["text"], "known": known_for(run, r["known"])}) + "\n" for r in records)
    command = [options.phiveil, "find", "--format", "jsonl", "--quiet", *(["--pack", options.pack] if options.pack else [])]
    out = subprocess.run(command, input=lines, check=True, stdout=subprocess.PIPE, text=True, encoding="utf-8").stdout
    return [json.loads(line)["findings"] for line in out.splitlines()]


def group_of(span, record):
    """Which row a span counts in; nothing when it is no one's that is known."""
    if span["label"] in MAY_STAY:
        return None
    if span.get("subject"):
        return span["label"]
    own = {word for name in record["known"].get("relatives", []) for word in name.lower().split()}
    words = record["text"][span["start"]:span["end"]].lower().replace(",", " ").split()
    return RELATIVES if span["label"] == "NAME" and words and all(word in own for word in words) else None


def count(record, findings, rows, misses):
    text = record["text"]
    covered = [False] * len(text)
    for finding in findings:
        covered[finding["begin"]:finding["end"]] = [True] * (finding["end"] - finding["begin"])
    marked = [False] * len(text)
    for span in record["spans"]:
        at = [i for i in range(span["start"], span["end"]) if text[i].isalnum()]
        marked[span["start"]:span["end"]] = [True] * (span["end"] - span["start"])
        group = group_of(span, record)
        if not group or not at:
            continue
        found = sum(covered[i] for i in at)
        for row in (group, ALL) if span.get("subject") else (group,):
            rows[row].update(spans=1, whole=found == len(at), chars=len(at), found=found)
        if span.get("subject") and found < len(at):
            misses.append((record["id"], span["label"], text[max(0, span["start"] - 40):span["start"]], text[span["start"]:span["end"]],
                           text[span["end"]:span["end"] + 20]))
    rows["false"].update(words=len(text.split()), found=sum(not any(marked[f["begin"]:f["end"]]) for f in findings))


def share(part, whole):
    return f"{part / whole:.4f}" if whole else "     -"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("phiveil")
    parser.add_argument("--pack")
    parser.add_argument("--each", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--misses", type=int, default=0, help="show so many of what is missed with all of \"known\"")
    options = parser.parse_args()
    records = fillings(options)
    tables, misses = {}, []
    for run in RUNS:
        tables[run], misses = collections.defaultdict(collections.Counter), []
        found = find(options, run, records)
        if len(found) != len(records):
            sys.exit(f"{len(records)} records in, {len(found)} out")
        for record, findings in zip(records, found):
            count(record, findings, tables[run], misses)
    last = tables[RUNS[-1]]
    labels = sorted((row for row in last if row not in (ALL, RELATIVES, "false")), key=lambda row: -last[row]["spans"])
    print(f"{len(records)} fillings; found whole / characters, known: " + ", ".join(RUNS))
    for row in [ALL, *labels, RELATIVES]:
        cells = [f"{share(t[row]['whole'], t[row]['spans'])} / {share(t[row]['found'], t[row]['chars'])}" for t in tables.values()]
        print(f"{row:18} {last[row]['spans']:6}   " + "   ".join(cells))
    cells = [f"{1000 * t['false']['found'] / t['false']['words']:15.2f}" for t in tables.values()]
    print(f"{'false / 1000 words':18} {last['false']['words']:6}   " + "   ".join(cells))
    for name, label, before, value, after in misses[:options.misses]:
        print("MISS", name, label, f"{before}>>{value}<<{after}".replace("\n", "\\n"), sep=" | ")


if __name__ == "__main__":
    main()

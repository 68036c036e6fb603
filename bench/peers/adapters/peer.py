"""What the contestants in Python have in common: notes in, timed passes, findings and one line of figures out.

  ADAPTER.py NOTES.jsonl FINDINGS.jsonl SECONDS [RULES.tsv]

As native/peer.h: the first pass is untimed and writes the findings; passes then go on until SECONDS are over, each must find
as many as the first, and the fastest by this process's CPU time counts.
"""
import json
import sys
import time


def peak_kilobytes():
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))


def run(make):
    """`make(arguments)` gives redact(text) -> number of findings, spans(text) -> [(begin, end, type)], version, note."""
    notes_path, out_path, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
    with open(notes_path, encoding="utf-8") as file:
        notes = [json.loads(line) for line in file]
    start = time.perf_counter()
    redact, spans, version, remark = make(sys.argv[4:])
    load = time.perf_counter() - start
    with open(out_path, "w", encoding="utf-8") as out:
        for note in notes:
            found = [{"begin": b, "end": e, "type": t} for b, e, t in spans(note["text"])]
            out.write(json.dumps({"id": note["id"], "unit": "codepoint", "findings": found}) + "\n")
    texts = [note["text"] for note in notes]
    expected, best_cpu, best_wall, passes = None, None, None, 0
    begin = time.perf_counter()
    while passes == 0 or time.perf_counter() - begin < seconds:
        wall, cpu = time.perf_counter(), time.process_time()
        found = sum(redact(text) for text in texts)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        if expected not in (None, found):
            sys.exit("the findings changed from pass to pass")
        expected = found
        best_cpu = cpu if best_cpu is None else min(best_cpu, cpu)
        best_wall = wall if best_wall is None else min(best_wall, wall)
        passes += 1
    print(json.dumps({"cpu": best_cpu, "wall": best_wall, "passes": passes, "load": load,
                      "peak_kb": peak_kilobytes(), "version": version, "note": remark}))

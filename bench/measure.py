"""Runs Google Benchmark programs of the build and gives their figures."""
import collections
import json
import os
import pathlib
import re
import statistics
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent


def build(*targets, preset="release"):
    subprocess.run([str(ROOT / "scripts" / "build"), preset, *targets], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


def _names(program, wanted, only):
    listed = subprocess.run([str(program), f"--benchmark_filter={wanted}", "--benchmark_list_tests=true"], capture_output=True,
                            text=True, check=True).stdout.split("\n")
    # Options that stand behind a name are added to it when it runs, and are in this list.
    return [name for name in listed if name.startswith("reference/") or (name and re.search(only, name))]


def run(program, wanted, repetitions, cores="0", minimum=0.5, only=""):
    """{name: [{"bytes_per_second", "real_time", …}, …]}, one entry a repetition, the repetitions of all benchmarks mixed
    at random, so that a slow minute does not fall on one of them alone. SystemExit when a benchmark's own check fails."""
    if only:
        names = _names(program, wanted, only)
        wanted = "^(" + "|".join(re.sub(r"[^A-Za-z0-9/_:]", ".", name) for name in names) + ")$"
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        done = subprocess.run(["taskset", "-c", cores, str(program), f"--benchmark_filter={wanted}",
                               f"--benchmark_repetitions={repetitions}", f"--benchmark_min_time={minimum}",
                               "--benchmark_enable_random_interleaving=true", f"--benchmark_out={out.name}",
                               "--benchmark_out_format=json"], capture_output=True, text=True, check=False, env=os.environ)
        if done.returncode != 0:
            raise SystemExit(f"{program}: {(done.stderr.strip().splitlines() or ['exit code ' + str(done.returncode)])[-1]}")
        rows = json.load(open(out.name, encoding="utf-8"))["benchmarks"]
    figures = collections.defaultdict(list)
    for row in rows:
        if row.get("error_occurred"):
            raise SystemExit(f"{row['name']}: {row['error_message']}")
        if row.get("run_type") != "aggregate":
            figures[row["run_name"]].append(row)
    if not figures:
        raise SystemExit(f"{program}: no benchmark is called like {wanted!r}")
    return figures


def median(rows, key):
    return statistics.median(row[key] for row in rows)


def rate(rows):
    """MB/s, the middle of the repetitions."""
    return median(rows, "bytes_per_second") / 1e6


def spread(rows, key="bytes_per_second"):
    """(most - least) / middle: what the machine did to the repetitions."""
    values = [row[key] for row in rows]
    return (max(values) - min(values)) / statistics.median(values)

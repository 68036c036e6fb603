"""The tools of bench/: what they count, keep, compare and draw.

  tools_test.py PHIVEIL SOURCE_DIR
"""
import importlib.machinery
import importlib.util
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml

PHIVEIL, ROOT = sys.argv[1], pathlib.Path(sys.argv[2])
sys.path[:0] = [str(ROOT / "bench"), str(ROOT / "bench" / "peers"), str(ROOT / "corpora")]
sys.dont_write_bytecode = True
import plot  # noqa: E402
import score  # noqa: E402
import sections  # noqa: E402
from unmark import read_notes  # noqa: E402


def command(name):
    """A command without an ending, as a module; its main is not run."""
    path = str(ROOT / "bench" / name)
    text = pathlib.Path(path).read_text(encoding="utf-8")
    loader = importlib.machinery.SourceFileLoader(name.replace("/", "_"), path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    module.__file__ = path
    exec(compile(re.sub(r"^sys\.exit\(main\(\)\)$", "", text, flags=re.M), path, "exec"), module.__dict__)
    return module


class Score(unittest.TestCase):
    def test_agrees_with_eval(self):
        """The peers are measured as `phiveil eval` measures: on its own findings the two say the same."""
        notes = list(read_notes(ROOT / "corpora" / "notes"))
        lines = "".join(json.dumps({"id": name, "text": text}) + "\n" for name, text, _ in notes)
        found = subprocess.run([PHIVEIL, "find", "--format", "jsonl", "--quiet"], input=lines, capture_output=True, text=True,
                               check=True).stdout
        mine = score.Score()
        for (_, text, marks), line in zip(notes, found.splitlines(), strict=True):
            mine.add(text, marks, [(f["begin"], f["end"], f["category"]) for f in json.loads(line)["findings"]])
        said = subprocess.run([PHIVEIL, "eval", str(ROOT / "corpora" / "notes"), "--misses", "0", "--errors", "0"],
                              capture_output=True, text=True, check=True).stdout
        row = next(line.split() for line in said.splitlines() if line.startswith("all "))
        self.assertEqual(f"{mine.recall():.4f}", row[2])
        self.assertEqual(f"{mine.character_recall():.4f}", row[6])
        self.assertEqual(f"{mine.precision():.4f}", next(
            line.split()[1] for line in said.splitlines() if line.startswith("precision ")))
        for line in said.splitlines():
            cells = line.split()
            if cells and cells[0] in ("NAME", "DATE", "MRN", "PHONE") and len(cells) > 6 and cells[1] != "in":
                self.assertEqual(f"{mine.recall(cells[0]):.4f}", cells[2], cells[0])

    def test_counts_letters_and_digits(self):
        one = score.Score()
        one.add("Dr. Jo Ann, 12 May 2024; CA", [{"start": 4, "end": 10, "label": "NAME"}, {"start": 12, "end": 18, "label": "DATE"},
                                                {"start": 25, "end": 27, "label": "STATE"}],
                [(4, 6, "NAME"), (7, 11, "NAME"), (12, 14, "DATE"), (19, 23, "DATE"), (25, 27, "CITY")])
        self.assertEqual(one.recall(), 0.5)  # the name in two pieces is whole, the date is not
        self.assertEqual(one.character_recall(), 7 / 10)
        self.assertEqual(one.precision(), 7 / 11)  # the year is stray, the state may stay
        self.assertEqual(one.precision("DATE"), 2 / 6)
        self.assertEqual(score.Score().recall(), 0)


class Run(unittest.TestCase):
    def setUp(self):
        self.run_ = command("peers/run")

    def test_offsets_become_code_points(self):
        text = "é𝄞ab"
        for unit, places in (("byte", (0, 2, 6, 7, 8)), ("utf16", (0, 1, 3, 4, 5)), ("codepoint", (0, 1, 2, 3, 4))):
            for i in range(5):
                for j in range(i, 5):
                    found = self.run_.to_code_points(text, unit, [{"begin": places[i], "end": places[j], "type": "X"}])
                    self.assertEqual(found, [(i, j, "X")], unit)

    def judge(self, rows):
        notes = [{"id": "0", "text": "Jo Ann", "spans": [{"start": 0, "end": 6, "label": "NAME"}]}]
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
            file.write("".join(json.dumps(row) + "\n" for row in rows))
            file.flush()
            return self.run_.judge(notes, file.name, {"PERSON": "NAME", "NRP": "-"}, {"NAME"})

    def test_what_a_contestant_wrote_is_checked(self):
        def row(begin, end, name="PERSON", note="0"):
            return {"id": note, "unit": "codepoint", "findings": [{"begin": begin, "end": end, "type": name}]}

        good = self.judge([row(0, 6)])
        self.assertEqual((good.recall(), good.found["NAME"]["findings"]), (1, 1))
        self.assertEqual(self.judge([row(0, 6, "new thing")]).found["OTHER_ID"]["findings"], 1)
        for bad in ([], [row(0, 6, note="1")], [row(0, 7)], [row(3, 2)], [row(0, 6, "NRP")], [row(0, 6), row(0, 6)]):
            with self.assertRaises(self.run_.Failed):
                self.judge(bad)

    def test_every_label_is_a_category(self):
        known = self.run_.categories() | {"-"}
        for peer, labels in self.run_.read_labels().items():
            for name, category in labels.items():
                self.assertIn(category, known, f"{peer} {name}")

    def test_contestants_are_whole(self):
        contestants = json.loads((ROOT / "bench" / "peers" / "contestants.json").read_text(encoding="utf-8"))
        labels = self.run_.read_labels()
        for name, one in contestants.items():
            self.assertIn(one["kind"], ("native", "python", "node"), name)
            self.assertTrue(not one["labels"] or one["labels"] in labels, name)
            if "adapter" in one:
                self.assertTrue((ROOT / "bench" / "peers" / "adapters" / one["adapter"]).exists(), name)
            for package in one.get("install", []) + one.get("install_alone", []):
                self.assertRegex(package, r"[^=@]+(==|@)[0-9]", "a version is pinned")


class Sections(unittest.TestCase):
    def test_only_what_stands_between_markers_changes(self):
        with tempfile.TemporaryDirectory() as folder:
            page = pathlib.Path(folder) / "page.md"
            page.write_text("# A\n<!-- measured:x -->\nold \\1\n<!-- /measured:x -->\nkept\n")
            sections.replace(page, "x", "new \\1 text")
            self.assertEqual(page.read_text(), "# A\n<!-- measured:x -->\nnew \\1 text\n<!-- /measured:x -->\nkept\n")
            sections.replace(page, "y", "more")
            self.assertTrue(page.read_text().endswith("kept\n\n<!-- measured:y -->\nmore\n<!-- /measured:y -->\n"))
            page.write_text("<!-- measured:x -->\nnot closed\n")
            with self.assertRaises(SystemExit):
                sections.replace(page, "x", "lost")
            self.assertEqual(page.read_text(), "<!-- measured:x -->\nnot closed\n")


    def test_a_cell_stays_a_cell(self):
        self.assertEqual(sections.table(["a", "b"], [["`|:`", 1], ["two\nlines", ""]]),
                         "| a | b |\n|---|---|\n| `\\|:` | 1 |\n| two lines |  |")


class Regress(unittest.TestCase):
    def setUp(self):
        self.regress = command("regress")

    @staticmethod
    def figure(words, memory=None):
        return {"rate": 1, "to reference/literals": words, "to reference/memcpy": memory or words}

    def test_slower_is_slower_against_both(self):
        before = {"figures": {"find/all/usual": self.figure(1.0), "redact/x": self.figure(1.0), "gone": self.figure(1.0)}}
        for now, slower in ((self.figure(0.95), False), (self.figure(0.90), True), (self.figure(0.80, 0.99), False),
                            (self.figure(2.0), False)):
            found = self.regress.slower_ones(before, {"find/all/usual": now, "new": self.figure(0.1)})
            self.assertEqual(found, {"find/all/usual"} if slower else set(), now)
        self.assertEqual(self.regress.slower_ones(before, {"redact/x": self.figure(0.85)}), set())
        self.assertEqual(self.regress.slower_ones(before, {"redact/x": self.figure(0.70)}), {"redact/x"})

    def test_every_tolerance_has_its_reason_and_a_name_has_one(self):
        rules = json.loads((ROOT / "bench" / "records" / "tolerances.json").read_text(encoding="utf-8"))
        for rule in rules:
            self.assertGreater(len(rule["why"]), 20)
            self.assertTrue(0 < rule["tolerance"] < 0.3)
        self.assertEqual(self.regress.tolerance_of("anything"), rules[-1]["tolerance"])

    def test_records_are_whole(self):
        for path in (ROOT / "bench" / "records").glob("*/*.json"):
            record = json.loads(path.read_text(encoding="utf-8"))
            self.assertEqual(self.regress.folder_of(record["kind"]), path.parent)
            for one in record["figures"].values():
                self.assertEqual(set(one), {"rate", "to reference/literals", "to reference/memcpy"})

    def test_rates_are_of_the_best_repetition(self):
        best = self.regress.best_rate
        self.assertEqual(best([{"run_name": "a", "bytes_per_second": 2e6}, {"run_name": "a", "bytes_per_second": 3e6}]), 3)
        wall = {"run_name": "a/real_time", "bytes_per_second": 2e6, "real_time": 4.0, "cpu_time": 2.0}
        self.assertEqual(best([wall]), 4)  # by CPU time
        self.assertEqual(best([{"run_name": "load", "cpu_time": 5.0}, {"run_name": "load", "cpu_time": 4.0}]), 0.25)
        self.assertEqual(best([{"run_name": "call", "p50_us": 100.0}, {"run_name": "call", "p50_us": 50.0}]), 20000)


class Plot(unittest.TestCase):
    def test_is_well_formed_and_shows_all(self):
        points = [("phiveil <find>", 120.0, 0.98, "ours"), ("a & b", 0.02, 0.5, "peer"), ("c", 0.021, 0.5, "peer"), ("d", 3, 0, "rules")]
        picture = xml.fromstring(plot.draw(points, "made & checked"))
        texts = [one.text for one in picture.iter("{http://www.w3.org/2000/svg}text")]
        for name, *_ in points:
            self.assertIn(name, texts)
        circles = list(picture.iter("{http://www.w3.org/2000/svg}circle"))
        self.assertEqual(len(circles), 4)
        for circle in circles:
            self.assertTrue(plot.LEFT <= float(circle.get("cx")) <= plot.WIDTH - plot.RIGHT)
            self.assertTrue(plot.TOP <= float(circle.get("cy")) <= plot.HEIGHT - plot.BOTTOM)
        self.assertLess(float(circles[1].get("cx")), float(circles[0].get("cx")))
        self.assertLess(float(circles[0].get("cy")), float(circles[1].get("cy")))  # more recall is higher up


class MakeNotes(unittest.TestCase):
    def test_length_density_and_repetition(self):
        made = subprocess.run([sys.executable, str(ROOT / "bench" / "make_notes.py"), "0.3", "--length", "2000-3000", "--apart", "200",
                               "--distinct", "0.1"], capture_output=True, text=True, check=True).stdout
        rows = [json.loads(line) for line in made.splitlines()]
        size = sum(len(row["text"].encode()) for row in rows)
        self.assertTrue(300_000 <= size < 310_000)
        self.assertTrue(all(2000 <= len(row["text"].encode()) < 3500 for row in rows))
        self.assertTrue(150 < size / sum(row["marks"] for row in rows) < 250)
        self.assertEqual(len({row["id"] for row in rows}), len(rows))
        again = next(row for row in rows[1:] if row["text"] == rows[0]["text"])
        self.assertEqual(again["subject"], rows[0]["subject"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)

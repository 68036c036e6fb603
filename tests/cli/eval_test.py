"""`phiveil eval` as users meet it, and its figures beside those of a scoring script in Python.

    eval_test.py PROGRAM SOURCE_DIR SHARED_DIR [unittest arguments]

SHARED_DIR/eval/score.py counts the findings of `phiveil find`; where it is not at hand those tests are skipped.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM = ""
SOURCE = ""
SHARED = ""

ALL_DONE, QUARANTINED, USAGE, CANNOT_START, STOPPED = range(5)
MARK = re.compile(r"\[\[([A-Z0-9_]+):(.*?)\]\]", re.S)
# Small ones with what is hard to count: HL7 with bare \r, JSON, XML, letters of other scripts.
CORPORA = ("hard_dev", "hl7v2_msgs.jsonl", "slm_names_train.jsonl", "mts_resynth_dev.jsonl", "presidio_synth_v2.jsonl",
           "ner_wnut17.jsonl", "fhir_json.jsonl")
# Letters, digits and spaces about which libraries differ: (R) and circled digits, Roman numerals, Thai
# and mathematical digits, superscripts, fractions, ideographic zero, combining marks, no-break and other spaces.
ODD = "\u24c7 \u2460 \u2163 \u0e53 \U0001d7d8 x\u00b2 \u00bd \u3007 e\u0301 \u0e40\u0e01\u0e35 a\u00a0b\u2007c\u3000d\u200be\x1cf\x85g \ufeff\u00aa\u02b0\u16ee"


class Ran:
    def __init__(self, process, out, err):
        self.code, self.out, self.err = process.returncode, out.decode(), err.decode()

    def json(self):
        return json.loads(self.out)


class EvalTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="phiveil-eval-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.env = dict(os.environ, PHIVEIL_HOME=self.path("home"))

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def write(self, name, data):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(data)
        return path

    def run_it(self, *args, code=None, program=None, **options):
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("stdout", subprocess.PIPE)
        process = subprocess.Popen([*(program or [PROGRAM]), *args], stderr=subprocess.PIPE, env=self.env,
                                   cwd=self.folder, **options)
        out, err = process.communicate(timeout=600)
        ran = Ran(process, out or b"", err)
        if code is not None:
            self.assertEqual(ran.code, code, ran.err)
        return ran

    def small_pack(self):
        """A pack of the tests' own: what the built-in one finds moves whenever it learns."""
        folder = os.path.join(SOURCE, "tests", "cli", "data", "eval_pack")
        self.run_it("rules", "compile", folder, "--out", "small.pack", code=ALL_DONE)
        return "--pack", "small.pack"


def marked_notes(folder):
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="utf-8", newline="") as file:
            raw = file.read()
        text, spans, at = "", [], 0
        for mark in MARK.finditer(raw):
            text += raw[at:mark.start()]
            spans.append({"start": len(text), "end": len(text) + len(mark[2]), "label": mark[1]})
            text += mark[2]
            at = mark.end()
        yield {"id": name[:-4], "text": text + raw[at:], "spans": spans}


class Figures(EvalTest):
    def test_by_hand(self):
        self.write("notes/a.txt", "Call [[PHONE:555-201-3344]] or [[NAME:qwxzor]] in [[STATE:OR]].\n")
        self.write("notes/b.txt", "mail b@example.org now")
        got = self.run_it("eval", "notes", *self.small_pack(), "--format", "json", code=ALL_DONE).json()
        self.assertEqual((got["docs"], got["absent"], got["entities"], got["words"]), (2, 0, 2, 9))
        self.assertEqual(got["entity_recall"], 0.5)
        self.assertEqual(got["char_recall"], round(10 / 16, 4))
        self.assertEqual(got["precision"], round(10 / (10 + len("bexampleorg")), 4))
        self.assertEqual(got["false_spans_per_1000_words"], round(1000 / 9, 2))
        self.assertEqual((got["clean_docs"], got["at_most_two_docs"]), (0.5, 1))
        self.assertEqual(got["misses"]["shown"][0]["text"], "qwxzor")
        self.assertEqual(got["false_findings"]["shown"][0]["text"], "b@example.org")

    def test_a_folder_and_json_lines_are_the_same(self):
        notes = os.path.join(SOURCE, "corpora", "notes")
        lines = "".join(json.dumps(note) + "\n" for note in marked_notes(notes))
        self.write("gold.jsonl", lines)
        self.run_it("-k", "gold.jsonl", program=["gzip"], code=0)
        results = []
        for gold in (notes, "gold.jsonl", "gold.jsonl.gz"):
            for form in ("json", "text"):
                ran = self.run_it("eval", gold, "--format", form, "--misses", "999", "--errors", "999", code=ALL_DONE)
                self.assertEqual(ran.err, "")
                results.append(ran.out.replace(gold, "GOLD"))
        self.assertGreater(json.loads(results[0])["entities"], 1000)
        self.assertEqual(results[0], results[2])
        self.assertEqual(results[0], results[4])
        self.assertEqual(results[1], results[3])

    def test_twice_is_the_same(self):
        notes = os.path.join(SOURCE, "corpora", "notes")
        first, second = (self.run_it("eval", notes, code=ALL_DONE).out for _ in range(2))
        self.assertEqual(first, second)
        self.assertIn("95 %", first)

    def test_known_identifiers(self):
        self.write("notes/a.txt", "then [[NAME:qwxzor]] said no")
        self.write("known.jsonl", '{"id":"a","known":{"names":["Ann Qwxzor"]}}\n')
        args = (*self.small_pack(), "--format", "json")
        self.assertEqual(self.run_it("eval", "notes", *args, code=ALL_DONE).json()["entity_recall"], 0)
        got = self.run_it("eval", "notes", "--known", "known.jsonl", *args, code=ALL_DONE).json()
        self.assertEqual(got["entity_recall"], 1)
        self.write("gold.jsonl", '{"id":"a","text":"then qwxzor said no","spans":[{"start":5,"end":11,"label":"NAME"}],'
                                 '"known":{"names":["Ann Qwxzor"]}}\n')
        self.assertEqual(self.run_it("eval", "gold.jsonl", *args, code=ALL_DONE).json()["entity_recall"], 1)


class BesideTheScript(EvalTest):
    """To the last digit: overall, and by label."""

    def setUp(self):
        super().setUp()
        self.score = os.path.join(SHARED, "eval", "score.py")
        if not os.path.exists(self.score):
            self.skipTest(f"there is no {self.score}")

    def check(self, gold):
        script = [sys.executable, self.score]
        texts = self.write("in.jsonl", self.run_it("gold", gold, program=script, code=0).out)
        with open(texts, "rb") as file:
            found = self.run_it("find", "--format", "jsonl", "--quiet", stdin=file, code=ALL_DONE).out
        self.write("found.jsonl", found)
        want = self.run_it("eval", gold, "found.jsonl", "--json", program=script, code=0).json()
        ran = self.run_it("eval", gold, "--format", "json", "--misses", "0", "--errors", "0", code=ALL_DONE)
        got = ran.json()
        self.assertEqual({key: got[key] for key in want}, want)
        lines = self.run_it("eval", gold, "found.jsonl", program=script, code=0).out.splitlines()[1:]
        labels = [f"{label:14} n={one['entities']:5} full={one['full'] / one['entities']:.3f} "
                  f"part={one['part'] / one['entities']:.3f} chars={one['covered'] / one['chars']:.3f}"
                  for label, one in got["labels"].items()]
        self.assertEqual(sorted(labels), sorted(line.strip() for line in lines))
        return got

    def test_the_notes_of_the_project(self):
        got = self.check(os.path.join(SOURCE, "corpora", "notes"))
        self.assertGreater(got["entities"], 1000)
        self.check(os.path.join(SOURCE, "corpora", "clean"))

    def test_letters_about_which_libraries_differ(self):
        text = f"Call 555-201-3344 {ODD} b@example.org {ODD}"
        spans = [{"start": 0, "end": 5, "label": "NAME"}, {"start": len(text) - len(ODD), "end": len(text), "label": "NAME"},
                 {"start": 18, "end": 18 + len(ODD), "label": "DATE"}, {"start": 3, "end": 30, "label": "OTHER", "ignore": True}]
        self.write("gold.jsonl", json.dumps({"id": "x", "text": text, "spans": spans}) + "\n")
        self.assertEqual(self.check("gold.jsonl")["entities"], 3)

    def test_the_shared_corpora(self):
        for name in CORPORA:
            gold = os.path.join(SHARED, "corpora", name)
            with self.subTest(name):
                if not os.path.exists(gold):
                    self.skipTest(f"there is no {gold}")
                self.check(gold)


class Compared(EvalTest):
    def strict(self):
        with open(os.path.join(SOURCE, "rules", "policies", "safe_harbor.yaml"), encoding="utf-8") as file:
            policy = file.read()
        changed = re.sub(r"(?m)^  EMAIL:.*\n", "", policy).rstrip("\n") + "\n  EMAIL: {action: token, threshold: 0.9}\n"
        return self.write("strict.yaml", changed.replace("name: safe_harbor", "name: strict"))

    def test_what_a_policy_loses(self):
        self.write("notes/a.txt", "mail [[EMAIL:b@example.org]] or c@example.org, call [[PHONE:555-201-3344]]")
        self.strict()
        args = ("eval", "notes", *self.small_pack(), "--compare-policy", "strict.yaml")
        got = self.run_it(*args, "--format", "json", code=ALL_DONE).json()
        self.assertEqual((got["before"]["entity_recall"], got["after"]["entity_recall"]), (1, 0.5))
        self.assertEqual(got["change"]["entity_recall"], -0.5)
        self.assertEqual([got[key]["total"] for key in ("gained", "lost", "more", "less", "new_false", "gone_false")],
                         [0, 1, 0, 0, 0, 1])
        lost = got["lost"]["shown"][0]
        self.assertEqual((lost["text"], lost["covered_before"], lost["covered"]), ("b@example.org", 11, 0))
        self.assertIn("below threshold", [candidate["outcome"] for candidate in lost["candidates"]])
        text = self.run_it(*args, code=ALL_DONE).out
        for part in ("gained 0, lost 1", "new 0, gone 1", 'LOST EMAIL "b@example.org"', 'GONE FALSE EMAIL "c@example.org"',
                     "(strict.yaml)"):
            self.assertIn(part, text)
        swapped = self.run_it("eval", "notes", "--pack", "small.pack", "--policy", "strict.yaml", "--compare-policy", "safe_harbor", "--format",
                              "json", code=ALL_DONE).json()
        self.assertEqual((swapped["gained"]["total"], swapped["new_false"]["total"]), (1, 1))

    def test_what_a_pack_gains(self):
        # The address is found by both, the Social Security number by the built-in pack alone.
        self.small_pack()
        self.write("notes/a.txt", "SSN [[SSN:219-09-9999]], mail [[EMAIL:b@example.org]]")
        got = self.run_it("eval", "notes", "--pack", "small.pack", "--format", "json", code=ALL_DONE).json()
        self.assertEqual(got["pack"], {"name": "small", "version": "1", "file": "small.pack"})
        self.assertEqual(got["entity_recall"], 0.5)
        got = self.run_it("eval", "notes", "--compare-pack", "small.pack", "--format", "json", code=ALL_DONE).json()
        self.assertNotIn("file", got["before"]["pack"])
        self.assertEqual([case["text"] for case in got["lost"]["shown"]], ["219-09-9999"])


class Faults(EvalTest):
    def test_exit_codes_and_messages_without_text(self):
        self.write("notes/a.txt", "[[NAME:SECRET]]")
        self.write("bad.jsonl", '{"id":"SECRET","text":"SECRET","spans":[]}\n{"text":"SECRET","spans":"SECRET"}\n')
        self.write("known.jsonl", '{"id":"SECRET","known":{"names":["SECRET"]}}\n')
        self.write("note.txt", "SECRET")
        for args, code, message in (
                (("nowhere",), USAGE, "cannot open"),
                ((), USAGE, "GOLD"),
                (("notes", "--misses", "-1"), USAGE, "--misses"),
                (("notes", "--format", "csv"), USAGE, "--format"),
                (("notes", "--known", "nowhere"), USAGE, "cannot open"),
                (("notes", "--known", "known.jsonl"), QUARANTINED, "known.jsonl line 1: no document"),
                (("bad.jsonl",), QUARANTINED, "bad.jsonl line 2: \"spans\" must be an array"),
                (("note.txt",), QUARANTINED, "note.txt line 1"),
                (("home",), USAGE, "home"),
                (("notes", "--policy", "nowhere"), CANNOT_START, "no policy"),
                (("notes", "--compare-policy", "nowhere"), CANNOT_START, "no policy"),
                (("notes", "--compare-pack", "known.jsonl"), CANNOT_START, "known.jsonl")):
            with self.subTest(args):
                ran = self.run_it("eval", *args, code=code)
                self.assertEqual(ran.out, "")
                self.assertIn(message, ran.err)
                self.assertNotIn("SECRET", ran.err)

    def test_nothing_is_kept(self):
        self.write("notes/a.txt", "[[NAME:Ana]]")
        self.run_it("eval", "notes", code=ALL_DONE)
        self.assertFalse(os.path.exists(self.path("home")))

    def test_a_full_disk(self):
        self.write("notes/a.txt", "[[NAME:Ana]]")
        with open("/dev/full", "wb") as full:
            ran = self.run_it("eval", "notes", stdout=full, code=STOPPED)
        self.assertIn("stdout", ran.err)

    def test_folders_inside_are_named(self):
        self.write("notes/a.txt", "[[NAME:Ana]]")
        self.write("notes/ward/b.txt", "[[NAME:Ben]]")
        ran = self.run_it("eval", "notes", "--format", "json", code=ALL_DONE)
        self.assertEqual(ran.json()["docs"], 1)
        self.assertIn("ward", ran.err)


if __name__ == "__main__":
    PROGRAM, SOURCE, SHARED = (os.path.abspath(arg) for arg in sys.argv[1:4])
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]], verbosity=2)

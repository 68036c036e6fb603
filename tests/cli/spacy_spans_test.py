"""The example that hands in spans of another recogniser, with a stand-in for its pipeline, through `phiveil find`.

    spacy_spans_test.py PROGRAM SOURCE_DIR [unittest arguments]
"""

import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
import types
import unittest

PROGRAM = ""
SOURCE = ""


class StandIn:
    """A pipeline that takes as entities what it was told, in the way of spaCy."""

    def __init__(self, entities):
        self.entities = entities
        self.max_length = 10

    def pipe(self, pairs, as_tuples, batch_size):
        assert as_tuples and batch_size > 0
        for text, record in pairs:
            assert len(text) < self.max_length, "spaCy refuses longer texts"
            found = [types.SimpleNamespace(text=m.group(), label_=label, start_char=m.start(), end_char=m.end())
                     for value, label in self.entities for m in re.finditer(re.escape(value), text)]
            yield types.SimpleNamespace(ents=found), record


class SpacySpansTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.script = os.path.join(SOURCE, "bindings", "examples", "spacy_spans.py")
        spec = importlib.util.spec_from_file_location("spacy_spans", cls.script)
        cls.example = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(cls.example)

    def lines(self, entities, records, **scores):
        lines = [r if isinstance(r, str) else json.dumps(r) for r in records]
        return list(self.example.add_spans(StandIn(entities), lines, {**self.example.SCORES, **scores}, "spacy:stand-in"))

    def find(self, lines):
        with tempfile.TemporaryDirectory() as home:
            ran = subprocess.run([PROGRAM, "find", "--format", "jsonl", "--verbose", "--quiet"], input="\n".join(lines) + "\n",
                                 env=dict(os.environ, PHIVEIL_HOME=home), encoding="utf-8", capture_output=True, timeout=600, check=True)
        return [json.loads(line) for line in ran.stdout.splitlines()]

    def found(self, lines, text):
        """{stretch: (category, score)} of the one record."""
        [answer] = self.find(lines)
        return {text[f["begin"]:f["end"]]: (f["category"], f["score"]) for f in answer["findings"]}

    def test_labels_become_categories(self):
        cases = [("PERSON", "Ana", "NAME"), ("PER", "Ana", "NAME"), ("ORG", "Acme", "ORGANIZATION"), ("GPE", "Salem", "CITY"),
                 ("GPE", "New  York", None), ("GPE", "Texas", None), ("LOC", "Bear Lake", "LOCATION"), ("FAC", "Ward Tower", "FACILITY"),
                 ("DATE", "3/14", "DATE"), ("DATE", "March 3rd", "DATE"), ("DATE", "the 9th", "DATE"), ("DATE", "2 May", "DATE"),
                 ("DATE", "two weeks", None), ("DATE", "70-year-old", None), ("DATE", "daily", None), ("DATE", "yesterday", None),
                 ("MONEY", "$5", None), ("CARDINAL", "two", None)]
        for label, text, category in cases:
            self.assertEqual(self.example.category_of(label, text), category, (label, text))

    def test_every_category_and_score_is_one_phiveil_reads(self):
        self.assertEqual(set(self.example.CATEGORIES), set(self.example.SCORES))
        spans = [{"begin": 0, "end": 3, "category": c, "score": self.example.SCORES[label]} for label, c in self.example.CATEGORIES.items()]
        self.assertEqual(len(self.find([json.dumps({"text": "abc", "spans": spans})])), 1)

    def test_a_span_becomes_a_finding(self):
        text = "\U0001f9ea caf\u00e9 closed, so no lunch today"
        record = {"id": 7, "text": text}
        value = "lunch"
        self.assertNotIn(value, self.found([json.dumps(record)], text))
        [line] = self.lines([(value, "PERSON")], [record])
        self.assertEqual(self.found([line], text)[value], ("NAME", 0.75))
        [answer] = self.find([line])
        self.assertEqual(answer["id"], 7)
        self.assertIn("stand-in", json.dumps(answer), "the reasons name the source")

    def test_a_weak_span_strengthens_and_is_nothing_alone(self):
        text = "Seen by Dr. Whitcombe today, took the lunch home."
        plain = self.found([json.dumps({"text": text})], text)
        own = [name for name, (category, _) in plain.items() if category == "NAME" and "Whitcombe" in name]
        self.assertEqual(len(own), 1)
        lines = self.lines([("Whitcombe", "PERSON"), ("lunch", "PERSON")], [{"text": text}], PERSON=0.3)
        both = self.found(lines, text)
        self.assertNotIn("lunch", both)
        self.assertGreater(both[own[0]][1], plain[own[0]][1])

    def test_what_a_record_holds_passes(self):
        held = {"begin": 0, "end": 3, "category": "NAME", "score": 1.0, "source": "x"}
        record = {"id": "a", "subject": "s", "known": {"names": ["Zoe"]}, "text": "Ana and\n Ben \n", "spans": [held]}
        [line] = self.lines([("\n Ben \n", "PERSON"), ("Ana", "ORG")], [record], ORG=0)
        answer = json.loads(line)
        self.assertEqual({k: v for k, v in answer.items() if k != "spans"}, {k: v for k, v in record.items() if k != "spans"})
        self.assertEqual(answer["spans"], [held, {"begin": 9, "end": 12, "category": "NAME", "score": 0.75, "source": "spacy:stand-in"}])

    def test_what_is_no_record_passes_for_phiveil_to_count(self):
        lines = self.lines([], ["{broken", '{"id":1}', "[1]", "", '{"id":2,"text":"ok"}'])
        self.assertEqual(lines[:3], ["{broken", '{"id":1}', "[1]"])
        self.assertEqual(json.loads(lines[3]), {"id": 2, "text": "ok", "spans": []})

    def test_says_what_is_missing(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "spacy.py"), "w", encoding="utf-8") as file:
                file.write("raise ImportError('not here')\n")
            ran = subprocess.run([sys.executable, self.script, "en_core_web_sm"], input="", capture_output=True, encoding="utf-8",
                                 env=dict(os.environ, PYTHONPATH=folder), timeout=60)
            self.assertEqual((ran.returncode, ran.stdout), (1, ""))
            self.assertIn("spaCy is not installed", ran.stderr)
            with open(os.path.join(folder, "spacy.py"), "w", encoding="utf-8") as file:
                file.write("def load(name): raise OSError(name)\n")
            ran = subprocess.run([sys.executable, self.script, "no_such"], input="", capture_output=True, encoding="utf-8",
                                 env=dict(os.environ, PYTHONPATH=folder), timeout=60)
            self.assertIn("no spaCy pipeline no_such", ran.stderr)


if __name__ == "__main__":
    PROGRAM, SOURCE = (os.path.abspath(arg) for arg in sys.argv[1:3])
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=2)

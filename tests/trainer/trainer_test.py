"""The trainer: the same text and settings give the same model, other seeds another, and bad input says where.

  trainer_test.py PHIVEIL_TRAIN SOURCE_DIR
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

TRAIN, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
RECORDS = 250


def train(*args):
    return subprocess.run([TRAIN, *map(str, args)], capture_output=True, text=True)


class Trainer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = pathlib.Path(cls.folder.name)
        filled = subprocess.run([sys.executable, SOURCE / "corpora/generate.py", "fill", "train", "--each", "1"],
                                capture_output=True, text=True, check=True).stdout.splitlines()
        cls.text = cls.path / "text.jsonl"
        cls.text.write_text("\n".join(filled[:: max(1, len(filled) // RECORDS)]) + "\n")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def model(self, name, *args):
        out = self.path / name
        run = train(self.text, "--epochs", "1", "--version", "test", "--out", out, *args)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("are let through", run.stderr)
        return out.read_bytes()

    def test_same_settings_same_model(self):
        first = self.model("a.model")
        self.assertGreater(len(first), 10_000)
        self.assertEqual(first, self.model("b.model"))
        self.assertNotEqual(first, self.model("c.model", "--seed", "9"))

    def test_gate_lets_through_more_when_asked(self):
        def others(kept):
            run = train(self.text, "--epochs", "1", "--kept", kept, "--out", self.path / "g.model")
            line = next(l for l in run.stderr.splitlines() if l.startswith("gate:"))
            return float(line.split(" and ")[1].split()[0])

        self.assertLess(others("0.7"), others("0.99"))

    def test_bad_input_is_named(self):
        bad = self.path / "bad.jsonl"
        good = json.dumps({"id": "x", "text": "mom Faith called", "spans": [{"start": 4, "end": 9, "label": "NAME"}]})
        for line in ("not json", '{"id":"x","text":"a"}', '{"id":"x","text":"a","spans":[{"start":5,"end":9,"label":"NAME"}]}'):
            bad.write_text(good + "\n" + line + "\n")
            run = train(bad, "--out", self.path / "no.model")
            self.assertNotEqual(run.returncode, 0, line)
            self.assertIn(f"{bad}:2:", run.stderr)
            self.assertNotIn("Faith", run.stderr)
            self.assertFalse((self.path / "no.model").exists())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

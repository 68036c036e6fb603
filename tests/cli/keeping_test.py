"""Rotation, new data keys, forgetting and expiry as an operator runs them, killed at any moment, with
their proof in the audit log.

    keeping_test.py PROGRAM [unittest arguments]
"""

import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM = ""
ALL_DONE, QUARANTINED, USAGE, CANNOT_START, STOPPED = range(5)
NOTE = "Call 555-201-3387 or write to zq.planted.value@example.org. SSN 219-09-9987.\n"


class KeepingTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="phiveil-keeping-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.home = self.folder / "home"
        self.env = dict(os.environ, PHIVEIL_HOME=str(self.home))

    def run_it(self, *args, data="", code=ALL_DONE, says=""):
        ran = subprocess.run([PROGRAM, *args], input=data, capture_output=True, text=True, timeout=300, check=False,
                             env=self.env, cwd=self.folder)
        self.assertEqual(ran.returncode, code, ran.stderr)
        self.assertIn(says, ran.stderr)
        return ran.stdout

    def fill(self, count):
        lines = [json.dumps({"id": i, "subject": f"p{i}", "text": f"Call 555-201-{1000 + i % 9000}, {NOTE}"}) for i in range(count)]
        out = self.run_it("redact", "--format", "jsonl", data="\n".join(lines) + "\n")
        return lines, "".join(json.dumps({"id": r["id"], "text": r["text"]}) + "\n" for r in map(json.loads, out.splitlines()))

    def expect_all(self, lines, clean, *more):
        back = [json.loads(line)["text"] for line in self.run_it("restore", "--format", "jsonl", *more, data=clean).splitlines()]
        self.assertEqual(back, [json.loads(line)["text"] for line in lines])

    def audit(self):
        return [json.loads(line) for line in (self.home / "audit.jsonl").read_text().splitlines()]

    def test_rotation_and_the_log_goes_on(self):
        lines, clean = self.fill(20)
        self.run_it("vault", "rotate", code=USAGE, says="--to")
        out = self.run_it("vault", "rotate", "--to", "next.key", "--actor", "officer", "--purpose", "yearly")
        self.assertIn("20 subjects", out)
        self.run_it("restore", "--format", "jsonl", data=clean, code=CANNOT_START, says="sealed under key")
        self.expect_all(lines, clean, "--key", "next.key")
        self.assertIn("intact", self.run_it("audit", "verify", "--key", "next.key"))
        deeds = [(entry["actor"], entry["purpose"], entry["reason"]) for entry in self.audit() if entry["verb"] == "rotate"]
        self.assertEqual(len(deeds), 2)
        self.assertEqual(deeds[0][:2], ("officer", "yearly"))
        self.assertIn("begun", deeds[0][2])
        self.assertIn("done, 20 subjects", deeds[1][2])
        self.assertEqual(oct((self.folder / "next.key").stat().st_mode & 0o777), "0o600")

    def killed(self, *args, after):
        process = subprocess.Popen([PROGRAM, *args], env=self.env, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(after)
        process.send_signal(signal.SIGKILL)
        return process.wait() == -signal.SIGKILL

    def test_rotation_killed_again_and_again(self):
        lines, clean = self.fill(3000)
        draw, killed, key = random.Random(5), 0, "whole"
        begun = time.monotonic()
        self.run_it("vault", "rotate", "--to", key)
        whole = time.monotonic() - begun  # what one takes here and now
        share = 0.7  # of it, before the kill: less where it came too late
        for round_ in range(6):
            to = f"key{round_}"
            for _ in range(4):
                hit = self.killed("vault", "rotate", "--key", key, "--to", to, after=share * whole)
                killed += hit
                share = min(0.9, share * draw.uniform(1.0, 1.3)) if hit else share / 2
                if subprocess.run([PROGRAM, "vault", "info", "--key", key], env=self.env, cwd=self.folder, capture_output=True,
                                  check=False).returncode != ALL_DONE:
                    key = to  # it had ended
                    break
            if key != to:
                self.run_it("vault", "rotate", "--key", key, "--to", to)
            key = to
            self.expect_all(lines, clean, "--key", key)
            self.assertIn("intact", self.run_it("audit", "verify", "--key", key))
        self.assertGreater(killed, 0)

    def test_new_data_keys_killed_and_gone_on(self):
        lines, clean = self.fill(500)
        draw = random.Random(6)
        for _ in range(5):
            self.killed("vault", "reencrypt", after=draw.uniform(0.01, 0.2))
            self.expect_all(lines, clean)
        self.run_it("vault", "reencrypt")
        self.expect_all(lines, clean)

    def test_forgetting_leaves_its_proof_and_nothing_else(self):
        clean = self.run_it("redact", "--subject", "ana", data=NOTE)
        other = self.run_it("redact", "--subject", "ben", data=NOTE)
        out = self.run_it("vault", "forget", "--subject", "ana", "--purpose", "Art. 17 request 2026-113")
        self.assertIn("1 subjects, 3 values", out)
        self.assertEqual(self.run_it("restore", "--subject", "ana", data=clean), clean)
        self.assertEqual(self.run_it("restore", data=clean), clean)
        self.assertEqual(self.run_it("restore", "--subject", "ben", data=other), NOTE)
        deeds = [entry for entry in self.audit() if entry["verb"] == "forget"]
        self.assertEqual([entry["decision"] for entry in deeds], ["allowed", "allowed"])
        self.assertEqual(sum(deeds[1]["counts"].values()), 3)
        self.assertEqual(deeds[1]["purpose"], "Art. 17 request 2026-113")
        redacted = next(entry for entry in self.audit() if entry["verb"] == "redact")
        self.assertEqual(deeds[1]["subject"], redacted["subject"], "the same keyed hash names her throughout")
        self.assertNotIn("ana", (self.home / "audit.jsonl").read_text())
        self.run_it("vault", "forget", code=USAGE, says="--subject")
        self.assertIn("0 subjects", self.run_it("vault", "forget", "--subject", "ana"))
        self.run_it("vault", "verify")

    def test_forgetting_killed_gives_nothing_back(self):
        note = " ".join(f"SSN 219-09-{1000 + i}." for i in range(4000)) + "\n"
        draw = random.Random(7)
        clean = self.run_it("redact", "--subject", "ana", data=note)
        for _ in range(6):
            self.killed("vault", "forget", "--subject", "ana", after=draw.uniform(0.01, 0.12))
        self.run_it("vault", "forget", "--subject", "ana")
        self.assertEqual(self.run_it("restore", data=clean), clean)
        self.run_it("vault", "verify")

    def test_expiry_is_swept(self):
        self.run_it("redact", "--ttl-days", "30", data=NOTE)
        self.assertIn("0 values", self.run_it("vault", "sweep"))
        self.run_it("redact", "--ttl-days", "0", data=NOTE, code=USAGE)

    def test_only_who_may(self):
        self.run_it("redact", "--subject", "ana", data=NOTE)
        login = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
        (self.home / "access.json").write_text(json.dumps({
            "format": 1, "roles": {"sweeper": {"may": ["sweep"]}}, "grants": [{"actor": login, "roles": ["sweeper"]}]}))
        (self.home / "access.json").chmod(0o600)
        self.run_it("vault", "sweep", "--purpose", "nightly")
        for verb in (["forget", "--subject", "ana"], ["rotate", "--to", "k"], ["reencrypt"]):
            self.run_it("vault", *verb, "--purpose", "x", code=CANNOT_START, says="no role of this actor may")
            self.assertEqual(self.audit()[-1]["decision"], "denied")
        self.assertEqual(json.loads(self.run_it("find", data=NOTE))["findings"][0]["category"], "PHONE")


if __name__ == "__main__":
    PROGRAM = sys.argv[1]
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=1)

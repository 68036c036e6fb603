"""The command as somebody sees it who wants what it keeps: planted values and keys are looked for in
every file it leaves, in what it prints, in its memory and in what a crash would write.

    attack_test.py PROGRAM [unittest arguments]
"""

import ctypes
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM = ""
ALL_DONE, QUARANTINED, USAGE, CANNOT_START, STOPPED = range(5)
# Of forms that nothing else in memory has: found means leaked.
PHONE, EMAIL, SSN = "555-201-3387", "zq.planted.value@example.org", "219-09-9987"
NOTE = f"Call {PHONE} or write to {EMAIL}. SSN {SSN}.\n"
VALUES = [PHONE, EMAIL, SSN]


class AttackTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="phiveil-attack-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.home = self.folder / "home"
        self.tmp = self.folder / "tmp"
        self.tmp.mkdir()
        self.env = dict(os.environ, PHIVEIL_HOME=str(self.home), TMPDIR=str(self.tmp), HOME=str(self.folder))

    def run_it(self, *args, data="", code=ALL_DONE, says="", **options):
        options.setdefault("env", self.env)
        ran = subprocess.run([PROGRAM, *args], input=data, capture_output=True, text=True, timeout=300, check=False,
                             cwd=self.folder, **options)
        self.assertEqual(ran.returncode, code, ran.stderr)
        self.assertIn(says, ran.stderr)
        for value in VALUES:
            self.assertNotIn(value, ran.stderr)
        return ran.stdout

    def audit(self):
        return [json.loads(line) for line in (self.home / "audit.jsonl").read_text().splitlines()]

    def files(self):
        return [path for path in self.folder.rglob("*") if path.is_file()]

    def key_forms(self):
        """The key as bytes, as hex and as the file spells it."""
        import base64
        text = (self.home / "vault.key").read_text().split()[1]
        key = base64.urlsafe_b64decode(text)[:32]
        return [key, key.hex().encode(), text.encode()]


class WhatIsLeft(AttackTest):
    def test_no_file_holds_a_value_or_a_key(self):
        clean = self.run_it("redact", data=NOTE)
        self.run_it("restore", data=clean)
        self.run_it("redact", "--format", "jsonl", data='{"id":1,"text":"SSN ' + SSN + '"}\n{"id":2,"text":"\\udc00 ' + EMAIL + '"}\n',
                    code=QUARANTINED)
        seen = 0
        for path in self.files():
            data = path.read_bytes()
            seen += len(data)
            for value in VALUES:
                if "errors" not in path.parts:  # quarantined records are kept whole, and closed to others
                    self.assertNotIn(value.encode(), data, path)
            if path.name != "vault.key":
                for form in self.key_forms():
                    self.assertNotIn(form, data, path)
        self.assertGreater(seen, 1000)
        self.assertEqual(list(self.tmp.iterdir()), [], "temporary files")

    def test_what_is_made_is_closed_whatever_the_umask(self):
        for umask in (0o000, 0o022, 0o777):
            with self.subTest(umask=oct(umask)):
                shutil.rmtree(self.home, ignore_errors=True)
                (self.home).mkdir(mode=0o700)
                ran = subprocess.run([PROGRAM, "redact"], input=NOTE, capture_output=True, text=True, env=self.env,
                                     preexec_fn=lambda: os.umask(umask), check=False)
                if umask == 0o777 and os.geteuid() != 0 and ran.returncode != 0:
                    continue  # it cannot read what it made: refused is as good
                self.assertEqual(ran.returncode, ALL_DONE, ran.stderr)
                for path in self.home.rglob("*"):
                    # What lies inside the vault's own folder is closed by it.
                    if "store" in path.relative_to(self.home).parts[1:2] or "store" in path.parts:
                        continue
                    self.assertEqual(stat.S_IMODE(path.stat().st_mode) & 0o077, 0, path)

    def test_arguments_hold_no_secret(self):
        """Nothing takes a key or a token on the command line, where every user can read it."""
        helps = [self.run_it(*words, "--help") for words in
                 (["redact"], ["restore"], ["vault", "init"], ["vault", "info"], ["audit", "verify"], ["key", "rewrap"])]
        for text in helps:
            self.assertIsNone(re.search(r"--(token|secret|password|passphrase)\b", text), text)
        self.run_it("vault", "init", "--key", "vault-transit://h/transit/k?token=hvs.x", code=USAGE, says="no option 'token'")


class Running(AttackTest):
    """A process that works on planted values, stopped in the middle."""

    def start(self):
        process = subprocess.Popen([PROGRAM, "restore", "--format", "jsonl"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env=self.env, cwd=self.folder)
        for stream in (process.stdin, process.stdout, process.stderr):
            self.addCleanup(stream.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def test_core_dumps_are_off_and_others_cannot_look_in(self):
        clean = self.run_it("redact", data=NOTE)
        resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
        process = self.start()
        process.stdin.write(json.dumps({"id": 1, "text": clean}).encode() + b"\n")
        process.stdin.flush()
        self.assertIn(SSN.encode(), process.stdout.readline())
        status = pathlib.Path(f"/proc/{process.pid}/limits").read_text() if os.geteuid() == 0 else ""
        if status:
            self.assertRegex(status, r"Max core file size\s+0\s+0")
        # Not dumpable: its /proc files belong to root, whoever runs it.
        self.assertEqual(os.stat(f"/proc/{process.pid}/mem").st_uid, 0)
        process.send_signal(signal.SIGABRT)
        process.stdin.close()
        process.wait()
        self.assertFalse(os.WCOREDUMP(process.returncode & 0xff) if process.returncode > 0 else False)
        self.assertEqual([path for path in self.folder.rglob("core*")], [])

    @unittest.skipUnless(os.geteuid() == 0, "reading another process's memory needs root")
    def test_what_memory_holds_after_the_work(self):
        """When a restore has been answered and the process waits: the key only in locked pages, and no
        value that it gave out in them. (Buffers for text hold what passed through until they are used
        again: docs/threat_model.md says so.)"""
        clean = self.run_it("redact", data=NOTE)
        key = self.key_forms()
        process = self.start()
        process.stdin.write(json.dumps({"id": 1, "text": clean}).encode() + b"\n")
        process.stdin.flush()
        self.assertIn(SSN.encode(), process.stdout.readline())
        time.sleep(0.3)
        if re.search(r"lib[at]san", pathlib.Path(f"/proc/{process.pid}/maps").read_text()):
            self.skipTest("built with a sanitizer, whose own memory keeps what was freed")
        locked_keys, open_keys, regions = 0, 0, 0
        for begin, end, locked, dumped in mappings(process.pid):
            data = memory(process.pid, begin, end)
            regions += 1
            found = sum(data.count(form) for form in key)
            if locked:
                self.assertFalse(dumped, "locked pages are left out of dumps")
                locked_keys += found
                for value in VALUES:
                    self.assertNotIn(value.encode(), data)
            else:
                open_keys += found
        self.assertGreater(regions, 20)
        self.assertGreaterEqual(locked_keys, 1, "the search sees memory")
        self.assertEqual(open_keys, 0, "the key outside locked pages")


def mappings(pid):
    """(begin, end, locked, dumped) of what can be read."""
    begin = None
    for line in pathlib.Path(f"/proc/{pid}/smaps").read_text().splitlines():
        head = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+)", line)
        if head:
            begin, end, readable = int(head[1], 16), int(head[2], 16), head[3].startswith("r")
            special = line.endswith(("[vvar]", "[vsyscall]", "[vdso]"))
        elif line.startswith("VmFlags:") and readable and not special:
            flags = line.split()[1:]
            yield begin, end, "lo" in flags, "dd" not in flags


def memory(pid, begin, end):
    try:
        with open(f"/proc/{pid}/mem", "rb", buffering=0) as file:
            file.seek(begin)
            return file.read(end - begin) or b""
    except OSError:
        return b""


class Tokens(AttackTest):
    def test_guessed_tokens_give_nothing(self):
        """Every code of four random characters with every check character would be a million tries; a
        sample of them, for a vault that holds three values."""
        self.run_it("redact", "--subject", "a", data=NOTE)
        alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
        import random
        draw = random.Random(7)
        lines = []
        for i in range(200):
            tokens = " ".join("[SSN_" + "".join(draw.choices(alphabet, k=5)) + "]" for _ in range(100))
            lines.append(json.dumps({"id": i, "text": tokens}))
        out = self.run_it("restore", "--format", "jsonl", data="\n".join(lines) + "\n")
        self.assertNotIn(SSN, out)
        counts = [json.loads(line)["tokens"] for line in out.splitlines()]
        self.assertEqual(sum(c["restored"] for c in counts), 0)
        asked = sum(c["unknown"] + c["altered"] for c in counts)
        self.assertEqual(asked, 20000)
        audit = [entry for entry in self.audit() if entry["verb"] == "restore"]
        self.assertEqual(sum(entry["unknown"] + entry["altered"] for entry in audit), asked, "guessing shows in the log")

    def test_a_token_of_another_subject(self):
        clean = self.run_it("redact", "--subject", "a", data=NOTE)
        out = json.loads(self.run_it("restore", "--format", "jsonl", "--subject", "b", data=json.dumps({"id": 1, "text": clean}) + "\n"))
        self.assertEqual(out["text"], clean)
        self.assertEqual(out["tokens"]["foreign"], 3)
        self.assertEqual(self.audit()[-1]["foreign"], 3)


class Access(AttackTest):
    def allow(self, **changes):
        login = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
        rules = {"format": 1, "roles": {"clinician": {"may": ["restore"], "restores_per_minute": 2, "tokens_per_minute": 7}},
                 "grants": [{"actor": login, "roles": ["clinician"]}]}
        rules.update(changes)
        (self.home / "access.json").write_text(json.dumps(rules))
        (self.home / "access.json").chmod(0o600)
        return login

    def test_only_who_may_and_only_so_much(self):
        clean = self.run_it("redact", data=NOTE)
        login = self.allow()
        self.run_it("restore", data=clean, code=QUARANTINED, says="")
        self.assertEqual(self.audit()[-1]["decision"], "denied")
        self.assertIn("purpose", self.audit()[-1]["reason"])
        self.assertEqual(self.run_it("restore", "--purpose", "care", data=clean), NOTE)
        entry = self.audit()[-1]
        self.assertEqual((entry["actor"], entry["purpose"], entry["decision"]), (login, "care", "allowed"))
        self.assertEqual(sorted(entry["tokens"]), sorted(re.findall(r"\[([A-Z_]+_[0-9A-Z]+)", clean)))
        for value in VALUES:
            self.assertNotIn(value, json.dumps(self.audit()))
        # Each run is a process of its own; the meter goes on.
        self.assertEqual(self.run_it("restore", "--purpose", "care", data=clean), NOTE)
        out = self.run_it("restore", "--purpose", "care", data=clean, code=STOPPED)
        self.assertEqual(out, "")
        self.assertIn("limit of 2 restores a minute", self.audit()[-1]["reason"])
        self.run_it("audit", "verify")

    def test_an_actor_by_name_only_from_those_who_may_speak_for_others(self):
        clean = self.run_it("redact", data=NOTE)
        login = self.allow()
        self.run_it("restore", "--actor", "dr.k", "--purpose", "care", data=clean, code=CANNOT_START, says="may not act for dr.k")
        self.allow(speak_for_others=[login], grants=[{"actor": "dr.k", "roles": ["clinician"]}])
        self.assertEqual(self.run_it("restore", "--actor", "dr.k", "--purpose", "care", data=clean), NOTE)
        self.run_it("restore", "--purpose", "care", data=clean, code=QUARANTINED)

    def test_a_file_that_is_wrong_stops_everything(self):
        clean = self.run_it("redact", data=NOTE)
        self.allow(grants=[{"actor": "x", "roles": ["nobody"]}])
        self.run_it("restore", "--purpose", "care", data=clean, code=CANNOT_START, says="there is no role 'nobody'")
        self.allow()
        (self.home / "access.json").chmod(0o666)
        self.run_it("restore", "--purpose", "care", data=clean, code=CANNOT_START, says="others may write")
        (self.home / "access.json").unlink()
        self.run_it("restore", "--access", "none.json", data=clean, code=CANNOT_START)


if __name__ == "__main__":
    PROGRAM = sys.argv[1]
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=1)

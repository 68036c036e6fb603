"""The command as users meet it: the real program, real files, kills and full disks.

    process_test.py PROGRAM SOURCE_DIR [unittest arguments]
"""

import gzip
import json
import os
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
SOURCE = ""

ALL_DONE, QUARANTINED, USAGE, CANNOT_START, STOPPED = range(5)
NOTE = "Call 555-201-3344 or write to ana.ruiz@example.org.\nSSN 219-09-9999, seen 03/04/2025.\n"


class Ran:
    def __init__(self, process, out, err):
        self.code, self.out, self.err = process.returncode, out, err.decode()

    def lines(self):
        return [json.loads(line) for line in self.out.decode().splitlines()]


def records(count, first=0):
    """JSON Lines with something to find in each, told apart by id and text."""
    return "".join(
        json.dumps({"id": i, "text": f"Note {i}: call 555-201-{i % 9000 + 1000}, mail p{i}@example.org. Stable.\n" * 3})
        + "\n" for i in range(first, first + count))


class CommandTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="phiveil-process-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.home = self.path("home")
        self.env = dict(os.environ, PHIVEIL_HOME=self.home)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def write(self, name, data):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data if isinstance(data, bytes) else data.encode())
        return path

    def read(self, *parts):
        with open(self.path(*parts), "rb") as file:
            return file.read()

    def start(self, *args, **options):
        options.setdefault("env", self.env)
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("cwd", self.folder)
        return subprocess.Popen([PROGRAM, *args], stdout=options.pop("stdout", subprocess.PIPE), stderr=subprocess.PIPE,
                                **options)

    def run_it(self, *args, data=None, code=None, **options):
        if data is not None:
            options["stdin"] = subprocess.PIPE
        process = self.start(*args, **options)
        out, err = process.communicate(data.encode() if isinstance(data, str) else data, timeout=300)
        ran = Ran(process, out, err)
        if code is not None:
            self.assertEqual(ran.code, code, ran.err)
        return ran

    def tree(self, name):
        found = {}
        for folder, _, files in os.walk(self.path(name)):
            for file in files:
                path = os.path.join(folder, file)
                with open(path, "rb") as opened:
                    found[os.path.relpath(path, self.path(name))] = opened.read()
        return found


class RoundTrip(CommandTest):
    def test_a_folder_goes_there_and_comes_back(self):
        self.write("notes/a.txt", NOTE)
        self.write("notes/ward 3/b\u00e9.txt", NOTE.replace("3344", "4455") + "\0 after a NUL")
        self.write("notes/empty.txt", "")
        self.write("notes/z.txt.gz", gzip.compress(NOTE.encode()))
        ran = self.run_it("redact", "notes/", "--out", "clean/", code=ALL_DONE)
        self.assertEqual(ran.out, b"")
        self.assertIn("4 in = 4 out + 0 quarantined", ran.err)
        for place in ("clean", "home/vault", "home/vault.key", "home/audit.jsonl"):
            self.assertIn(place, ran.err)
        clean = self.tree("clean")
        self.assertEqual(set(clean), set(self.tree("notes")))
        for name, data in clean.items():
            text = gzip.decompress(data) if name.endswith(".gz") else data
            for secret in (b"555-201", b"ana.ruiz", b"219-09"):
                self.assertNotIn(secret, text, name)
        ran = self.run_it("restore", "clean", "--out", "back", code=ALL_DONE)
        back = self.tree("back")
        back["z.txt.gz"] = gzip.decompress(back["z.txt.gz"])
        want = self.tree("notes")
        want["z.txt.gz"] = gzip.decompress(want["z.txt.gz"])
        self.assertEqual(back, want)
        self.run_it("audit", "verify", code=ALL_DONE)
        self.assertFalse(os.path.exists(self.path("clean.errors.jsonl")))

    def test_the_corpora_come_back_byte_for_byte(self):
        corpora = os.path.join(SOURCE, "corpora")
        self.run_it("redact", corpora, "--out", "clean", code=ALL_DONE)
        self.run_it("restore", "clean", "--out", "back", code=ALL_DONE)
        for name, data in self.tree("back").items():
            with open(os.path.join(corpora, name), "rb") as file:
                self.assertEqual(data, file.read(), name)

    def test_text_through_pipes(self):
        clean = self.run_it("redact", data=NOTE, code=ALL_DONE)
        self.assertNotIn(b"555-201", clean.out)
        back = self.run_it("restore", data=clean.out, code=ALL_DONE)
        self.assertEqual(back.out.decode(), NOTE)
        self.assertIn("restored", back.err)

    def test_csv_keeps_its_other_columns(self):
        rows = 'id,"note",tel\r\n1,"call 555-201-3344, ""now""",555-201-9999\r\n2,none,"x"\r\n'
        self.write("in.csv", rows)
        self.run_it("redact", "in.csv", "--text-column", "note", "--id-column", "id", "--out", "out.csv", code=ALL_DONE)
        out = self.read("out.csv").decode()
        self.assertTrue(out.startswith('id,"note",tel\r\n1,"call [PHONE_'), out)
        self.assertTrue(out.endswith('], ""now""",555-201-9999\r\n2,none,"x"\r\n'), out)
        self.run_it("restore", "out.csv", "--text-column", "note", "--out", "back.csv", code=ALL_DONE)
        self.assertEqual(self.read("back.csv").decode(), rows)

    def test_what_is_kept_is_closed_to_others(self):
        self.run_it("redact", data=NOTE, code=ALL_DONE)
        self.assertEqual(stat.S_IMODE(os.stat(self.home).st_mode), 0o700)
        for name in ("vault.key", "audit.jsonl"):
            self.assertEqual(stat.S_IMODE(os.stat(os.path.join(self.home, name)).st_mode), 0o600, name)


class JsonLines(CommandTest):
    def test_names_have_roles(self):
        line = '{"text":"Patient: Maria Okonkwo\\nSeen by Dr. Henrik Aaltonen. Husband Tobias drove."}\n'
        ran = self.run_it("find", "--format", "jsonl", data=line, code=ALL_DONE)
        found = ran.lines()[0]["findings"]
        self.assertEqual([f.get("role") for f in found], ["patient", "staff", "relative"])
        self.assertEqual(list(found[0]), ["begin", "end", "category", "role", "score", "rule"])

    def test_the_contract(self):
        lines = ('{"id":"a","text":"call 555-201-3344","extra":"Ann"}\n'
                 '{"id":17,"text":"\u00e9\U0001F600 call 555-201-3344","subject":"s"}\n{"text":"nothing"}\n')
        ran = self.run_it("redact", "--format", "jsonl", data=lines, code=ALL_DONE)
        first, second, third = ran.lines()
        self.assertEqual([first["id"], second["id"], third["id"]], ["a", 17, 3])
        self.assertEqual(list(first), ["id", "text", "findings"])
        self.assertEqual(list(first["findings"][0]), ["begin", "end", "category", "score", "rule", "replacement"])
        self.assertEqual((second["findings"][0]["begin"], second["findings"][0]["end"]), (8, 20))
        self.assertEqual(second["text"], "\u00e9\U0001F600 call " + second["findings"][0]["replacement"])
        self.assertEqual(third, {"id": 3, "text": "nothing", "findings": []})
        ran = self.run_it("find", "--format", "jsonl", "--offsets", "utf16", data=lines, code=ALL_DONE)
        self.assertEqual(ran.lines()[1]["findings"][0]["begin"], 9)
        self.assertNotIn("text", ran.lines()[0])

    def test_restore_tells_tokens_apart(self):
        data = json.dumps({"id": 1, "text": "call 555-201-3344", "subject": "one"}) + "\n"
        token = self.run_it("redact", "--format", "jsonl", data=data, code=ALL_DONE).lines()[0]["text"][5:]
        answer = json.dumps({"id": 1, "text": f"{token} {token.lower()} [PHONE_00000]", "subject": "one"}) + "\n"
        answer += json.dumps({"id": 2, "text": token, "subject": "two"}) + "\n"
        first, second = self.run_it("restore", "--format", "jsonl", data=answer, code=ALL_DONE).lines()
        self.assertEqual(list(first), ["id", "text", "tokens"])
        self.assertTrue(first["text"].startswith("555-201-3344 555-201-3344 "))
        self.assertEqual(first["tokens"]["restored"], 2)
        self.assertEqual(first["tokens"]["unknown"] + first["tokens"]["altered"], 1)
        self.assertEqual(second["tokens"], {"restored": 0, "unknown": 0, "altered": 0, "foreign": 1})
        self.assertEqual(second["text"], token)

    def test_a_caller_that_waits_for_each_answer_gets_it(self):
        process = self.start("redact", "--format", "jsonl", stdin=subprocess.PIPE)
        for i in range(5):
            process.stdin.write(f'{{"id":{i},"text":"call 555-201-{i}344"}}\n'.encode())
            process.stdin.flush()
            self.assertEqual(json.loads(process.stdout.readline())["id"], i)
        process.stdin.close()
        self.assertEqual(process.wait(timeout=60), ALL_DONE)
        process.stdout.close()
        process.stderr.close()

    def test_bad_lines_are_quarantined_in_place(self):
        good = '{"id":%d,"text":"fine"}\n'
        data = (good % 1).encode() + b'["SECRET"]\n' + b'{"id":3,"text":"SECRET \xff"}\n' + b'{"id":4}\n' + \
            b'{"id":5,"text":"' + b"SECRET" * 300 + b'"}\n' + b"SECRET\n\n" + (good % 8).encode()
        ran = self.run_it("redact", "--format", "jsonl", "--max-record", "1000", data=data, code=QUARANTINED)
        self.assertEqual([line["id"] for line in ran.lines()], [1, 8])
        self.assertIn("7 in = 2 out + 5 quarantined", ran.err)
        self.assertNotIn("SECRET", ran.err)
        (name,) = os.listdir(os.path.join(self.home, "errors"))
        errors = self.read("home", "errors", name).decode()
        self.assertNotIn("SECRET", errors)
        entries = [json.loads(line) for line in errors.splitlines()]
        self.assertEqual([entry["line"] for entry in entries], [2, 3, 4, 5, 6])
        self.assertEqual([entry["id"] for entry in entries], [2, 3, 4, 5, 6])
        self.assertEqual(list(entries[0]), ["id", "file", "line", "byte", "reason"])


class Usage(CommandTest):
    def test_what_cannot_be_meant(self):
        self.write("a.txt", "x")
        self.write("b.txt", "x")
        self.write("t.csv", "a\n")
        os.makedirs(self.path("dir"))
        for args in ([], ["nonsense"], ["redact", "--nonsense"], ["redact", "missing.txt"], ["redact", "t.csv"],
                     ["redact", "--format", "xml"], ["redact", "a.txt", "b.txt"], ["redact", "dir"],
                     ["redact", "a.txt", "b.txt", "--out", "a.txt"], ["redact", "a.txt", "--out", "a.txt"],
                     ["redact", "dir", "--out", "dir"], ["redact", "a.txt", "--out", "."],
                     ["redact", "--resume", "--out", "o"], ["redact", "a.txt", "--resume"], ["redact", "--threads", "0"],
                     ["redact", "--vault", "mysql://host/db"], ["redact", "--key", "gcp-kms://key"], ["rules"],
                     ["explain", "--at", "9:3"], ["find", "dir", "--out", "dir/"]):
            ran = self.run_it(*args)
            self.assertEqual(ran.code, USAGE, f"{args}: {ran.err}")
            self.assertEqual(ran.out, b"", args)
            self.assertNotEqual(ran.err, "", args)
        for url in ("mysql://user:secret@host/db", "postgresql://user:secret@localhost:1/db",
                    "postgresql://user:secret@localhost:1/db?nonsense=secret", "postgresql://user:se%zzcret@host/db"):
            self.assertNotIn("cret", self.run_it("redact", "--vault", url).err)
        self.assertIn("not built in", self.run_it("redact", "--vault", "mysql://user:secret@host/db").err)

    def test_help_says_how(self):
        for args in ([], ["redact"], ["find"], ["restore"], ["explain"], ["rules", "compile"], ["rules", "cost"], ["vault", "init"],
                     ["audit", "verify"], ["policy", "check"]):
            ran = self.run_it(*args, "--help", code=ALL_DONE)
            self.assertIn("phiveil", ran.out.decode())
            self.assertEqual(ran.err, "")
        self.assertRegex(self.run_it("--version", code=ALL_DONE).out.decode(), r"^phiveil \d+\.\d+\.\d+\n$")
        self.assertFalse(os.path.exists(self.home))


class RuleCost(CommandTest):
    def test_each_rule_with_its_hits_and_no_text_of_the_corpus(self):
        pack = os.path.join(SOURCE, "tests", "rules", "data", "mini")
        os.makedirs(self.path("gold"))
        self.write("gold/a.txt", "Seen by Dr. [[NAME:Okonkwo]] in Zzyzx. MRN: [[MRN:00482913]].\n")
        ran = self.run_it("rules", "cost", pack, "--corpus", "gold", "--format", "json", code=ALL_DONE)
        rules = {rule["rule"]: rule for rule in json.loads(ran.out)["rules"]}
        self.assertEqual((rules["mini.mrn.labelled"]["hits"], rules["mini.mrn.labelled"]["kept"]), (1, 1))
        self.assertEqual(rules["mini.date.slashes"]["hits"], 0)
        people = self.run_it("rules", "cost", pack, "--corpus", "gold", "--rule", "mini.name.titled", code=ALL_DONE)
        self.assertIn("form     mini.name.titled", people.out.decode())
        self.assertNotIn("mini.date", people.out.decode())
        for text in ("Okonkwo", "Zzyzx", "00482913"):
            self.assertNotIn(text, ran.out.decode() + ran.err + people.out.decode() + people.err)
        os.makedirs(self.path("empty"))
        for args in (["--corpus", "empty"], ["--rule", "mini.nonsense"]):
            none = self.run_it("rules", "cost", pack, *args)
            self.assertEqual((none.code, none.out), (1, b""))
            self.assertNotEqual(none.err, "")
        self.assertEqual(self.run_it("rules", "cost", pack, "--corpus", "missing").code, USAGE)


class StartFaults(CommandTest):
    def setUp(self):
        super().setUp()
        self.run_it("redact", data=NOTE, code=ALL_DONE)

    def cannot_start(self, *args, says, **options):
        ran = self.run_it(*args, data=NOTE, code=CANNOT_START, **options)
        self.assertEqual(ran.out, b"")
        self.assertIn(says, ran.err)

    def test_a_missing_key_of_a_vault(self):
        os.rename(self.path("home/vault.key"), self.path("elsewhere"))
        for verb in ("redact", "restore"):
            self.cannot_start(verb, says="--key")
        self.assertFalse(os.path.exists(self.path("home/vault.key")))
        self.run_it("redact", "--key", self.path("elsewhere"), data=NOTE, code=ALL_DONE)

    def test_another_key(self):
        self.run_it("vault", "init", "--vault", self.path("v2"), "--key", self.path("k2"), code=ALL_DONE)
        self.cannot_start("redact", "--key", self.path("k2"), says="key")

    def test_a_key_that_others_may_read(self):
        os.chmod(self.path("home/vault.key"), 0o644)
        self.cannot_start("redact", says="vault.key")

    def test_a_state_folder_that_others_may_write(self):
        os.chmod(self.home, 0o777)
        self.cannot_start("redact", says="chmod 700")

    def test_a_second_process(self):
        first = self.start("redact", "--format", "jsonl", stdin=subprocess.PIPE)
        first.stdin.write(b'{"id":1,"text":"x"}\n')
        first.stdin.flush()
        first.stdout.readline()
        self.cannot_start("redact", says="another process")
        self.run_it("find", data=NOTE, code=ALL_DONE)
        first.communicate(timeout=60)
        self.run_it("redact", data=NOTE, code=ALL_DONE)

    def test_a_damaged_pack(self):
        self.write("p.pack", b"\x08\x01" + b"garbage" * 100)
        self.cannot_start("redact", "--pack", "p.pack", says="p.pack")
        self.cannot_start("redact", "--pack", "missing.pack", says="missing.pack")

    def test_a_policy_that_does_not_exist_or_is_refused(self):
        self.cannot_start("redact", "--policy", "nonsense", says="safe_harbor")
        self.write("bad.yaml", "policy: bad\nunknown_key: 1\n")
        self.cannot_start("redact", "--policy", "bad.yaml", says="bad.yaml:2")

    def test_restoring_without_a_vault(self):
        self.env["PHIVEIL_HOME"] = self.path("other")
        self.cannot_start("restore", says="vault init")
        self.assertFalse(os.path.exists(self.path("other/vault.key")))

    def test_a_vault_is_made_once(self):
        ran = self.run_it("vault", "init", code=CANNOT_START)
        self.assertIn("already", ran.err)
        info = self.run_it("vault", "info", code=ALL_DONE).out.decode()
        self.assertRegex(info, r"values +4\n")

    def test_the_audit_log_tells_of_a_change(self):
        log = bytearray(self.read("home/audit.jsonl"))
        self.assertIn(b'"redact"', self.run_it("audit", "export", code=ALL_DONE).out)
        log[len(log) // 2] ^= 1
        self.write("home/audit.jsonl", bytes(log))
        ran = self.run_it("audit", "verify", code=QUARANTINED)
        self.assertIn("NOT intact", ran.out.decode())


class BadInput(CommandTest):
    def test_a_folder_with_everything_wrong_in_it(self):
        self.write("in/good.txt", NOTE)
        self.write("in/latin1.txt", b"SECRET \xe9")
        self.write("in/cut.txt.gz", gzip.compress(b"SECRET" * 1000)[:40])
        self.write("in/cut.jsonl.zst", b"\x28\xb5\x2f\xfd\x00")
        self.write("in/empty.txt.gz", b"")
        self.write("in/quote.csv", 'id,note\n1,ok\n2,"SECRET "x\n3,SECRET\n')
        self.write("in/zeros.txt", b"call 555-201-3344\0\0")
        self.write("in/big.txt", "SECRET" * 1000)
        os.symlink("nowhere", self.path("in/dangling.txt"))
        os.symlink("/etc/hostname", self.path("in/outside.txt"))
        os.mkfifo(self.path("in/pipe"))
        ran = self.run_it("redact", "in", "--out", "out", "--text-column", "note", "--max-record", "5000",
                          code=QUARANTINED)
        self.assertEqual(set(self.tree("out")), {"good.txt", "quote.csv", "zeros.txt", "cut.jsonl.zst"})
        self.assertEqual(self.tree("out")["quote.csv"], b"id,note\n1,ok\n")
        self.assertNotIn(b"555-201", self.tree("out")["zeros.txt"])
        entries = [json.loads(line) for line in self.read("out.errors.jsonl").decode().splitlines()]
        self.assertEqual({entry["file"] for entry in entries},
                         {"latin1.txt", "cut.txt.gz", "cut.jsonl.zst", "empty.txt.gz", "quote.csv", "big.txt",
                          "dangling.txt", "outside.txt", "pipe"})
        self.assertEqual(next(e["line"] for e in entries if e["file"] == "quote.csv"), 3)
        self.assertNotIn("SECRET", self.read("out.errors.jsonl").decode() + ran.err)
        self.assertIn("12 in = 3 out + 9 quarantined", ran.err)

    def test_a_line_of_300_megabytes_is_not_loaded(self):
        small = self.write("small.jsonl", '{"id":1,"text":"x"}\n')
        with open(self.path("large.jsonl"), "wb") as file:
            file.write(b'{"id":1,"text":"')
            for _ in range(300):
                file.write(b"SECRET   " * 116509)
            file.write(b'"}\n{"id":2,"text":"ok"}\n')
        peaks = []
        for name, code in ((small, ALL_DONE), (self.path("large.jsonl"), QUARANTINED)):
            process = self.start("redact", name, "--out", "out.jsonl", "--threads", "1")
            err = process.stderr.read().decode()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            self.assertEqual(process.returncode, code, err)
            peaks.append(usage.ru_maxrss)
            process.stdout.close()
            process.stderr.close()
        self.assertEqual(json.loads(self.read("out.jsonl"))["id"], 2)
        # 64 MiB may be held before giving up; a sanitizer keeps what was freed while growing to it as well.
        self.assertLess(peaks[1] - peaks[0], 200 * 1024, f"{peaks} kB")

    @unittest.skipIf(os.geteuid() == 0 and not shutil.which("setpriv"), "root reads everything")
    def test_an_unreadable_file(self):
        self.write("in/a.txt", NOTE)
        os.chmod(self.write("in/b.txt", NOTE), 0)
        prefix = []
        if os.geteuid() == 0:
            prefix = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
            os.chmod(self.folder, 0o777)
            reach = self.folder
            while reach != "/" and os.stat(reach).st_mode & 0o001:
                reach = os.path.dirname(reach)
            if reach != "/" or subprocess.run([*prefix, "test", "-x", PROGRAM]).returncode != 0:
                self.skipTest("another user cannot reach the program or the files")
        done = subprocess.run([*prefix, PROGRAM, "redact", "in", "--out", "out"], env=self.env, cwd=self.folder,
                              capture_output=True)
        self.assertEqual(done.returncode, QUARANTINED, done.stderr)
        self.assertIn(b"2 in = 1 out + 1 quarantined", done.stderr)
        self.assertEqual(set(self.tree("out")), {"a.txt"})


def wait_until(condition, process):
    end = time.monotonic() + 120
    while not condition() and process.poll() is None and time.monotonic() < end:
        time.sleep(0.001)


class Interrupted(CommandTest):
    COUNT = 30000

    def size(self, name):
        try:
            return os.stat(self.path(name)).st_size
        except FileNotFoundError:
            return 0

    def stop(self, how, *args, when):
        """Starts a run and stops it once `when` holds. Whether it was stopped before its end."""
        process = self.start(*args)
        wait_until(when, process)
        process.send_signal(how)
        process.communicate(timeout=120)
        return process.returncode != ALL_DONE

    def journal_lines(self, name):
        try:
            return self.read(name).count(b"\n")
        except FileNotFoundError:
            return 0

    def test_killed_in_the_middle_and_resumed_each_record_is_there_once(self):
        count = 4 * self.COUNT
        self.write("in.jsonl", records(count))
        args = ("redact", "in.jsonl", "--out", "out.jsonl", "--threads", "2")
        journal = ".out.jsonl.phiveil-journal"
        kills = 0
        while kills < 3:
            resume = ["--resume"] if kills > 0 else []
            seen = self.journal_lines(journal)
            if not self.stop(signal.SIGKILL, *args, *resume, when=lambda: self.journal_lines(journal) >= seen + 2 - (seen > 0)):
                break
            kills += 1
            if not os.path.exists(self.path(journal)):
                break
            self.assertFalse(os.path.exists(self.path("out.jsonl")))
            self.assertEqual(self.run_it(*args).code, USAGE)
        self.assertGreater(kills, 0)
        if os.path.exists(self.path(journal)):
            ran = self.run_it(*args, "--resume", code=ALL_DONE)
            self.assertIn(f"{count:,} in = {count:,} out + 0 quarantined", ran.err)
            self.assertIn("before the resume", ran.err)
        lines = self.read("out.jsonl").decode().splitlines()
        self.assertEqual([json.loads(line)["id"] for line in lines], list(range(count)))
        self.run_it("restore", "out.jsonl", "--out", "back.jsonl", code=ALL_DONE)
        back = [json.loads(line)["text"] for line in self.read("back.jsonl").decode().splitlines()]
        self.assertEqual(back, [json.loads(line)["text"] for line in self.read("in.jsonl").decode().splitlines()])
        self.assertFalse(os.path.exists(self.path(".out.jsonl.phiveil-journal")))
        self.run_it("audit", "verify", code=ALL_DONE)

    def test_a_killed_run_over_a_folder_ends_as_one_never_stopped(self):
        for i in range(3000):
            self.write(f"in/{i % 40}/{i}.txt", f"{i}: {NOTE}")
        with gzip.open(self.path("in/last.jsonl.gz"), "wb") as file:
            file.write(records(20000).encode())
        self.run_it("redact", "in", "--out", "whole", "--policy", "tag_only", code=ALL_DONE)
        args = ("redact", "in", "--out", "out", "--policy", "tag_only")
        self.assertTrue(
            self.stop(signal.SIGKILL, *args, when=lambda: self.journal_lines("out/.phiveil-journal") >= 2))
        for name, data in self.tree("out").items():
            if not name.endswith((".phiveil-part", ".phiveil-journal")):
                self.assertEqual(data, self.tree("whole")[name], f"half-written: {name}")
        self.run_it(*args, "--resume", code=ALL_DONE)
        whole, out = self.tree("whole"), self.tree("out")
        for tree in (whole, out):
            tree["last.jsonl.gz"] = gzip.decompress(tree["last.jsonl.gz"])
        self.assertEqual(out, whole)

    def test_a_polite_stop_is_clean_and_resumable(self):
        self.write("in.jsonl", records(self.COUNT))
        args = ("redact", "in.jsonl", "--out", "out.jsonl", "--policy", "tag_only")
        process = self.start(*args)
        wait_until(lambda: self.size("out.jsonl.phiveil-part") > 0, process)
        process.send_signal(signal.SIGTERM)
        err = process.communicate(timeout=120)[1].decode()
        self.assertEqual(process.returncode, STOPPED, err)
        self.assertIn("--resume", err)
        self.assertIn("not complete", err)
        self.run_it(*args, "--resume", code=ALL_DONE)
        self.assertEqual(len(self.read("out.jsonl").splitlines()), self.COUNT)

    def test_a_stop_while_waiting_for_input(self):
        process = self.start("redact", "--format", "jsonl", stdin=subprocess.PIPE)
        process.stdin.write(b'{"id":1,"text":"x"}\n{"id":')
        process.stdin.flush()
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
        self.assertEqual(process.returncode, STOPPED)
        for stream in (process.stdin, process.stdout, process.stderr):
            stream.close()

    def test_a_reader_that_goes_away(self):
        self.write("in.jsonl", records(self.COUNT))
        process = self.start("redact", "in.jsonl", "--policy", "tag_only")
        process.stdout.readline()
        process.stdout.close()
        err = process.stderr.read().decode()
        self.assertEqual(process.wait(timeout=120), STOPPED, err)
        self.assertIn("stdout", err)
        process.stderr.close()


class FullDisk(CommandTest):
    def limited(self, limit):
        return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    def test_standard_output(self):
        with open("/dev/full", "wb") as full:
            ran = self.run_it("redact", data=NOTE, stdout=full, code=STOPPED)
        self.assertIn("No space left", ran.err)
        self.assertEqual(self.run_it("redact", "--out", "/dev/full", data=NOTE).code, STOPPED)

    def test_the_output_file(self):
        self.write("in.jsonl", records(20000))
        args = ("redact", "in.jsonl", "--out", "out.jsonl", "--policy", "tag_only", "--audit", self.path("audit"))
        ran = self.run_it(*args, code=STOPPED, preexec_fn=self.limited(3 << 20))
        self.assertFalse(os.path.exists(self.path("out.jsonl")))
        self.assertIn("--resume", ran.err)
        self.run_it(*args, "--resume", code=ALL_DONE)
        self.assertEqual([json.loads(line)["id"] for line in self.read("out.jsonl").splitlines()], list(range(20000)))
        self.run_it("audit", "verify", "--audit", self.path("audit"), code=ALL_DONE)

    def test_vault_and_audit_log(self):
        self.write("in.jsonl", records(3000))
        self.run_it("vault", "init", code=ALL_DONE)
        args = ("redact", "in.jsonl", "--out", "out.jsonl")
        ran = self.run_it(*args, code=STOPPED, preexec_fn=self.limited(100 << 10))
        self.assertFalse(os.path.exists(self.path("out.jsonl")))
        self.assertNotIn("example.org", ran.err)
        self.run_it(*args, "--resume", code=ALL_DONE)
        self.run_it("audit", "verify", code=ALL_DONE)
        self.run_it("restore", "out.jsonl", "--out", "back.jsonl", code=ALL_DONE)
        self.assertEqual([json.loads(line)["text"] for line in self.read("back.jsonl").splitlines()],
                         [json.loads(line)["text"] for line in self.read("in.jsonl").splitlines()])

    def test_a_small_disk(self):
        disk = self.path("disk")
        os.makedirs(disk)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk], capture_output=True)
        if mounted.returncode != 0:
            self.skipTest("no right to mount")
        self.addCleanup(subprocess.run, ["umount", disk])
        self.write("in.jsonl", records(20000))
        ran = self.run_it("redact", "in.jsonl", "--out", "disk/out.jsonl", "--policy", "tag_only", code=STOPPED)
        self.assertIn("No space left", ran.err)
        self.assertFalse(os.path.exists(self.path("disk/out.jsonl")))


class Threads(CommandTest):
    def same_bytes(self, *args):
        outputs = []
        for threads in ("1", "8", "8"):
            self.run_it("redact", "in", "--out", f"out{len(outputs)}", "--threads", threads, *args, code=QUARANTINED)
            outputs.append((self.tree(f"out{len(outputs)}"), self.read(f"out{len(outputs)}.errors.jsonl")))
        self.assertEqual(outputs[0], outputs[1])
        self.assertEqual(outputs[1], outputs[2])

    def fill(self):
        for i in range(300):
            self.write(f"in/{i}.txt", f"{i}: {NOTE}")
        self.write("in/a.jsonl", records(2000) + "broken\n" + records(2000, 2000))

    def test_tags(self):
        self.fill()
        self.same_bytes("--policy", "tag_only")

    def test_tokens_of_a_vault_that_knows_the_values(self):
        self.fill()
        self.run_it("redact", "in", "--out", "first", code=QUARANTINED)
        self.same_bytes()


class Vaults(CommandTest):
    def records(self, *numbers):
        return "".join(json.dumps({"id": n, "subject": "s", "text": f"Call 555-201-{1000 + n % 3} or p{n}@example.org."}) + "\n"
                       for n in numbers)

    def test_workers_that_share_nothing(self):
        self.run_it("vault", "init", code=ALL_DONE)
        for worker, numbers in (("a", range(0, 5)), ("b", range(3, 8))):
            self.write(f"{worker}.jsonl", self.records(*numbers))
            self.run_it("redact", f"{worker}.jsonl", "--out", f"{worker}.out.jsonl", "--vault", f"shard:{worker}.shard",
                        code=ALL_DONE)
            self.assertEqual(stat.S_IMODE(os.stat(self.path(f"{worker}.shard")).st_mode), 0o600)
            self.assertNotIn(b"example.org", self.read(f"{worker}.shard"))
        for _ in range(2):
            self.run_it("vault", "merge", "b.shard", "a.shard", code=ALL_DONE)
        ran = self.run_it("vault", "merge", "--unify", "--aliases", "aliases.jsonl", "a.shard", "b.shard", code=ALL_DONE)
        self.assertIn("5 aliases", ran.out.decode())  # three telephones and two addresses
        self.assertEqual(len(self.read("aliases.jsonl").splitlines()), 5)
        both = self.read("a.out.jsonl") + self.read("b.out.jsonl")
        final = self.run_it("vault", "retoken", "--aliases", "aliases.jsonl", data=both, code=ALL_DONE).out
        tokens = {token for line in final.splitlines() for token in json.loads(line)["text"].split() if "[" in token}
        self.assertEqual(len(tokens), 3 + 8)
        expected = [json.loads(line)["text"] for line in self.records(*range(0, 5), *range(3, 8)).splitlines()]
        for texts in (both, final):  # the old tokens restore too
            back = self.run_it("restore", "--format", "jsonl", data=texts, code=ALL_DONE)
            self.assertEqual([line["text"] for line in back.lines()], expected)
        self.assertIn("intact", self.run_it("vault", "verify", code=ALL_DONE).out.decode())

    def test_a_damaged_shard_is_refused_by_name(self):
        self.write("a.jsonl", self.records(1, 2))
        self.run_it("redact", "a.jsonl", "--out", "o.jsonl", "--vault", "shard:a.shard", code=ALL_DONE)
        whole = self.read("a.shard")
        for changed in (whole[:-1], whole[:200] + b"?" + whole[201:], b""):
            self.write("a.shard", changed)
            ran = self.run_it("vault", "merge", "a.shard", code=CANNOT_START)
            self.assertIn("a.shard", ran.err)

    def test_backup_while_a_writer_goes_on(self):
        self.run_it("vault", "init", code=ALL_DONE)
        writer = self.start("redact", "--format", "jsonl", stdin=subprocess.PIPE)
        writer.stdin.write(self.records(1, 2).encode())
        writer.stdin.flush()
        writer.stdout.readline()
        self.run_it("vault", "backup", "--to", self.path("copy"), code=ALL_DONE)
        self.assertIn("intact", self.run_it("vault", "verify", code=ALL_DONE).out.decode())
        self.run_it("vault", "compact", code=CANNOT_START)  # in use
        writer.communicate(timeout=60)
        self.assertIn("intact", self.run_it("vault", "verify", "--vault", self.path("copy"), code=ALL_DONE).out.decode())
        self.run_it("vault", "backup", "--to", self.path("copy"), code=CANNOT_START)  # not empty
        self.run_it("vault", "compact", code=ALL_DONE)

    def test_tenants(self):
        for tenant in ("a", "b"):
            self.write(f"{tenant}.out", self.run_it("redact", "--tenant", tenant, "--subject", "s",
                                                    data="Call 555-201-3344.\n", code=ALL_DONE).out)
        self.assertNotEqual(self.read("a.out"), self.read("b.out"))
        for tenant, text in (("a", b"Call 555-201-3344.\n"), ("b", self.read("a.out")), ("", self.read("a.out"))):
            back = self.run_it("restore", "--tenant", tenant, "--subject", "s", data=self.read("a.out"))
            self.assertEqual(back.out, text, tenant)


class Explain(CommandTest):
    def test_it_says_why_and_shows_no_text_unasked(self):
        self.write("note.txt", NOTE)
        ran = self.run_it("explain", "--line", "1", "note.txt", code=ALL_DONE)
        self.assertIn("5:17  PHONE", ran.out.decode())
        self.assertIn("taken", ran.out.decode())
        self.assertNotIn("555-201", ran.out.decode() + ran.err)
        ran = self.run_it("explain", "--at", "5:17", "--show-text", data=NOTE, code=ALL_DONE)
        self.assertIn("555-201-3344", ran.out.decode())
        self.run_it("explain", "--line", "99", "note.txt", code=USAGE)


if __name__ == "__main__":
    PROGRAM, SOURCE = (os.path.abspath(arg) for arg in sys.argv[1:3])
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=2)

"""What goes wrong: no start, bad input, kills and full disks, with the real program."""

import gzip
import json
import os
import resource
import shutil
import signal
import subprocess
import unittest

from process_fixture import (
    ALL_DONE, CANNOT_START, NOTE, PROGRAM, QUARANTINED, STOPPED, USAGE, CommandTest, records, wait_until, main)


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


class Interrupted(CommandTest):
    COUNT = 30000

    def size(self, name):
        try:
            return os.stat(self.path(name)).st_size
        except FileNotFoundError:
            return 0

    def stop(self, how, *args, when):
        """Starts a run and stops it once `when` holds. Whether it was stopped before its end: on a busy machine
        it may be over before anybody looks, so that it gives way to who looks."""
        process = self.start(*args, preexec_fn=lambda: os.nice(10))
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
        count = 8 * self.COUNT
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
        for _ in range(4):
            if self.stop(signal.SIGKILL, *args, when=lambda: self.journal_lines("out/.phiveil-journal") >= 2):
                break
            shutil.rmtree(self.path("out"))  # over before the signal came
        self.assertTrue(os.path.exists(self.path("out/.phiveil-journal")))
        for name, data in self.tree("out").items():
            if not name.endswith((".phiveil-part", ".phiveil-journal")):
                self.assertEqual(data, self.tree("whole")[name], f"half-written: {name}")
        self.run_it(*args, "--resume", code=ALL_DONE)
        whole, out = self.tree("whole"), self.tree("out")
        for tree in (whole, out):
            tree["last.jsonl.gz"] = gzip.decompress(tree["last.jsonl.gz"])
        self.assertEqual(out, whole)

    def test_a_polite_stop_is_clean_and_resumable(self):
        args = ("redact", "in.jsonl", "--out", "out.jsonl", "--policy", "tag_only")
        for count in (self.COUNT, 4 * self.COUNT, 16 * self.COUNT):
            self.write("in.jsonl", records(count))
            process = self.start(*args, preexec_fn=lambda: os.nice(10))
            wait_until(lambda: self.size("out.jsonl.phiveil-part") > 0, process)
            process.send_signal(signal.SIGTERM)
            err = process.communicate(timeout=120)[1].decode()
            if process.returncode != ALL_DONE:
                break
            os.remove(self.path("out.jsonl"))  # over before the signal came
        self.assertEqual(process.returncode, STOPPED, err)
        self.assertIn("--resume", err)
        self.assertIn("not complete", err)
        self.run_it(*args, "--resume", code=ALL_DONE)
        self.assertEqual(len(self.read("out.jsonl").splitlines()), count)

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


if __name__ == "__main__":
    main()

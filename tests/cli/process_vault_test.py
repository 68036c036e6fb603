"""The verbs of a vault as operators run them: shards, merging, backup, tenants."""

import json
import os
import stat
import subprocess

from process_fixture import ALL_DONE, CANNOT_START, CommandTest, records, main


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


if __name__ == "__main__":
    main()

"""redact, find, restore, explain and rules cost as users meet them: the real program, real files."""

import gzip
import json
import os
import shutil
import stat
import subprocess

from process_fixture import ALL_DONE, NOTE, QUARANTINED, SOURCE, USAGE, CommandTest, records, main


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
        # A copy: tests that run the corpora's tools beside this one leave bytecode among the texts.
        corpora = self.path("corpora")
        shutil.copytree(os.path.join(SOURCE, "corpora"), corpora, ignore=shutil.ignore_patterns("__pycache__"))
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

    def test_find_says_what_the_policy_keeps(self):
        text = "Aged 45, seen in 2019 in Ohio; call 555-201-3344"
        line = json.dumps({"text": text}) + "\n"
        found = self.run_it("find", "--format", "jsonl", data=line, code=ALL_DONE).lines()[0]["findings"]
        self.assertEqual([(text[f["begin"]:f["end"]], f.get("kept")) for f in found],
                         [("45", True), ("2019", True), ("Ohio", True), ("555-201-3344", None)])
        found = self.run_it("find", "--format", "jsonl", "--policy", "tag_only", data=line, code=ALL_DONE).lines()[0]["findings"]
        self.assertEqual([text[f["begin"]:f["end"]] for f in found if "kept" not in f], ["45", "2019", "555-201-3344"])

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


if __name__ == "__main__":
    main()

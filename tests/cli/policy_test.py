#!/usr/bin/env python3
"""Policies, tasks, the gate and the audit log, through the program: policy_test.py PHIVEIL SOURCE"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM, SOURCE = sys.argv[1], sys.argv[2]

NOTE = """Seen in clinic.
HPI: Maria Okonkwo, MRN: 00482913, came on 03/04/2024 with a cough. NPI 1234567893.
Social History: lives with her brother Tobias.
Plan: Dr. Aaltonen will call (503) 399-2233. Maria Okonkwo returns on 03/11/2024.
"""
SECRETS = ("Okonkwo", "00482913", "Aaltonen", "399-2233")


class PolicyTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="phiveil-policy-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as out:
            out.write(text)
        return self.path(name)

    @staticmethod
    def read_source(name):
        with open(os.path.join(SOURCE, name), encoding="utf-8") as file:
            return file.read()

    def run_it(self, *args, text="", code=0):
        env = dict(os.environ, PHIVEIL_HOME=self.path("home"))
        ran = subprocess.run([PROGRAM, *args], input=text, env=env, capture_output=True, text=True, timeout=300)
        self.assertEqual(ran.returncode, code, f"{args}\n{ran.stdout}\n{ran.stderr}")
        return ran

    def redact(self, text, *args):
        return self.run_it("redact", "--quiet", "--subject", "p1", *args, text=text).stdout

    def restore(self, text, *args):
        return self.run_it("restore", "--quiet", "--subject", "p1", *args, text=text).stdout

    def test_every_shipped_policy(self):
        for name in sorted(os.listdir(os.path.join(SOURCE, "rules/policies"))):
            policy = name.removesuffix(".yaml")
            with self.subTest(policy):
                out = self.redact(NOTE, "--policy", policy)
                for secret in SECRETS:
                    self.assertNotIn(secret, out)
                if policy in ("safe_harbor", "limited_data_set", "limited_data_set_shifted", "surrogate_research", "sealed"):
                    self.assertEqual(self.restore(out, "--policy", policy), NOTE)
                self.assertIn("What the result may be called", self.run_it("policy", "explain", policy).stdout)
                self.run_it("policy", "check", os.path.join(SOURCE, "rules/policies", name))

    def test_time_to_live(self):
        shipped = self.read_source("rules/policies/surrogate_research.yaml").replace(
            'name: surrogate_research', 'name: ninety\nexpire_after: 90d').replace(
            "  DATE: {", "  DATE: {expire_after: 4w, ")
        policy = self.write("ninety.yaml", shipped)
        told = self.run_it("policy", "explain", policy).stdout
        self.assertRegex(told, r"until swept, from 28 days after the vault first got it: DATE\n")
        self.assertRegex(told, r"until swept, from 90 days after the vault first got it: NAME, ")
        self.assertIn("ends after 28 days", told)
        self.assertNotIn("for ever", told)
        self.assertIn("for ever: NAME", self.run_it("policy", "explain", "surrogate_research").stdout)
        out = self.redact(NOTE, "--policy", policy)
        self.assertEqual(self.restore(out, "--policy", policy), NOTE)
        for days, noted in (("7", False), ("400", True)):
            ran = self.run_it("redact", "--policy", policy, "--ttl-days", days, text=NOTE)
            self.assertEqual("does not make that longer" in ran.stderr, noted, ran.stderr)

    def test_quotes_and_parts_of_words(self):
        note = "Patient: Ezekiel \u201cZeke\u201d Okonkwo. Zeke Okonkwo met Dr. Aaltonen; MRN 771\u201120455.\n"
        for policy in ("surrogate_research", "sealed"):
            self.assertEqual(self.restore(self.redact(note, "--policy", policy), "--policy", policy), note)

    def test_seals_come_back_until_the_subject_is_forgotten(self):
        out = self.redact(NOTE, "--policy", "sealed")
        everybody = ("restore", "--quiet", "--policy", "sealed")
        self.assertEqual(self.restore(out, "--policy", "sealed"), NOTE)
        self.assertEqual(self.run_it(*everybody, text=out).stdout, NOTE)
        self.run_it("vault", "forget", "--subject", "p1")
        self.assertEqual(self.restore(out, "--policy", "sealed"), out)
        self.assertEqual(self.run_it(*everybody, text=out).stdout, out)

    def test_claims_name_the_paragraph(self):
        text = "name: p\nversion: '1'\nabout: x\nbasis: {}\nclaim: y\ndefault: {{action: tag}}\ncategories:\n  {}\n"
        for basis, rule, says in (
                ("safe_harbor", "DATE: {action: shift}", "164.514(c)(1)"),
                ("safe_harbor", "NAME: {action: surrogate}", "164.514(c)(1)"),
                ("safe_harbor", "MRN: {action: seal}", "164.514(c)(1)"),
                ("safe_harbor", "MRN: {action: code}", "164.514(c)(1)"),
                ("safe_harbor", "SSN: {action: mask, keep_last: 4}", "leaves the last characters"),
                ("safe_harbor", "NAME: {action: mask, keep_initials: true}", "leaves the initials"),
                ("limited_data_set", "NAME: {action: seal}", "164.514(e)(2)(i)"),
                ("limited_data_set", "SSN: {action: mask, keep_last: 4}", "164.514(e)(2)(vi)"),
                ("pseudonymized", "NAME: {action: shift}", "is for DATE")):
            ran = self.run_it("policy", "check", self.write("p.yaml", text.format(basis, rule)), code=1)
            self.assertIn(says, ran.stdout + ran.stderr, rule)

    def test_tasks_leave_out(self):
        out = self.redact(NOTE, "--task", "summarise")
        self.assertNotIn("brother", out)
        self.assertNotIn("Seen in clinic", out)
        self.assertIn("[section left out]", out)
        self.assertIn("cough", out)
        self.assertIn("Plan:", out)
        for task in ("code", "triage", "research"):
            self.assertNotIn("brother", self.redact(NOTE, "--task", task))
        self.assertIn("no task or file nothing", self.run_it("redact", "--task", "nothing", text=NOTE, code=3).stderr)
        records = [json.loads(line) for line in self.run_it("audit", "export").stdout.splitlines()]
        self.assertEqual(records[0]["task"], "summarise@1")
        self.assertEqual(records[0]["purpose"], "clinical summary")

    def test_left_out_sections_keep_offsets(self):
        line = json.dumps({"id": "1", "text": NOTE, "subject": "p1"})
        out = json.loads(self.redact(line, "--task", "summarise", "--format", "jsonl"))
        for finding in out["findings"]:
            self.assertNotIn("Tobias", NOTE[finding["begin"]:finding["end"]])
            if finding["category"] == "MRN":
                self.assertEqual(NOTE[finding["begin"]:finding["end"]], "00482913")

    PROFILE = """name: test
version: "1"
about: x
provider: amazon_bedrock
model: Claude
baa: {baa}
dpa: {{in_place: false}}
training: {{excluded: true, reference: terms 3}}
inference_region: us-east-1
vault_region: us-east-1
allowed_regions: {{US: [us-east-1]}}
tls_minimum: "1.2"
at_rest: {{encrypted: true, key_owner: customer}}
"""

    def test_the_gate(self):
        none = self.write("none.yaml", self.PROFILE.format(baa="{in_place: false}"))
        signed = self.write("signed.yaml", self.PROFILE.format(
            baa='{in_place: true, with: "Amazon Web Services, Inc.", reference: c 17, from: "2024-01-01", until: "2099-12-31"}'))
        gate = ("policy", "gate", "--jurisdiction", "US", "--profile")
        self.assertTrue(self.run_it(*gate, none).stdout.startswith("allow"))
        ran = self.run_it(*gate, none, "--policy", "limited_data_set", code=1)
        self.assertTrue(ran.stdout.startswith("deny"))
        self.assertIn("baa.missing", ran.stdout)
        self.assertIn("kept.without_baa", ran.stdout)
        self.run_it(*gate, signed, "--policy", "limited_data_set")
        self.run_it(*gate, signed, "--policy", "limited_data_set", "--day", "2100-01-01", code=1)
        self.run_it("policy", "gate", "--profile", signed, "--jurisdiction", "EU", code=1)
        self.run_it("policy", "gate", "--profile", self.write("bad.yaml", "name: x\n"), code=3)
        self.run_it("policy", "gate", code=2)
        for name in ("bedrock_us", "anthropic_eu"):
            self.run_it("policy", "register", "--profile", os.path.join(SOURCE, f"rules/profiles/{name}.yaml"))
        register = json.loads(self.run_it("policy", "register", "--profile", signed, "--format", "json").stdout)
        self.assertIn("Amazon Bedrock, Claude, region us-east-1", register["processor"])

        self.redact(NOTE, "--profile", signed, "--jurisdiction", "US", "--policy", "limited_data_set")
        ran = self.run_it("redact", "--quiet", "--profile", none, "--jurisdiction", "US", "--policy", "limited_data_set", text=NOTE, code=4)
        self.assertEqual(ran.stdout, "")
        records = [json.loads(line) for line in self.run_it("audit", "export").stdout.splitlines()]
        self.assertEqual([(r["decision"], r["provider"], r["region"]) for r in records],
                         [("allowed", "amazon_bedrock", "us-east-1"), ("denied", "amazon_bedrock", "us-east-1")])
        self.assertIn("baa.missing", records[1]["reason"])

    def test_reading_is_recorded_where_a_log_is_named(self):
        self.redact(NOTE)  # makes the key
        log = os.path.join(self.folder, "reading.jsonl")
        self.run_it("find", "--quiet", text=NOTE)
        self.run_it("find", "--quiet", "--audit", log, "--actor", "ana", "--purpose", "tuning", text=NOTE)
        self.run_it("explain", "--line", "1", "--audit", log, "--actor", "ben", text=NOTE)
        records = [json.loads(line) for line in self.run_it("audit", "export", "--audit", log).stdout.splitlines()]
        self.assertEqual([(r["verb"], r["actor"], r["purpose"], r["decision"]) for r in records],
                         [("find", "ana", "tuning", "allowed"), ("explain", "ben", "", "allowed")])
        self.assertEqual(records[0]["input"], records[1]["input"], "the same text")
        self.run_it("audit", "verify", "--audit", log)
        os.chmod(log, 0o666)
        ran = self.run_it("find", "--quiet", "--audit", log, text=NOTE, code=3)
        self.assertEqual(ran.stdout, "", "nothing is read unrecorded")

    def test_the_table_of_24_cases(self):
        table = self.run_it("policy", "gate-table").stdout
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
        self.assertEqual(len({tuple(row[:4]) for row in rows}), 24)
        self.assertIn(table, self.read_source("docs/policies.md"), "the documented table is what the command prints")
        for provider, baa, region, policy, basis, answer in rows:
            allowed = region.startswith("us") and (baa == "in force" or basis == "safe_harbor")
            self.assertEqual(answer == "**allow**", allowed, (provider, baa, region, policy))
            self.assertEqual("baa.missing" in answer, baa == "none" and basis != "safe_harbor")

    def test_tenants_in_the_audit_log(self):
        for tenant, actor in (("ward-3", "a"), ("ward-4", "b"), ("", "c"), ("*", "d")):
            self.redact(NOTE, "--tenant", tenant, "--actor", actor)
        self.run_it("vault", "forget", "--subject", "p1", "--tenant", "ward-3", "--actor", "e")
        self.run_it("vault", "sweep", "--actor", "f")
        self.run_it("audit", "verify")
        for tenant, actors in (("ward-3", "adeeff"), ("ward-4", "bdff"), ("", "cdff"), ("ward", "dff"), ("*", "dff")):
            lines = self.run_it("audit", "export", "--tenant", tenant).stdout.splitlines()
            self.assertEqual("".join(json.loads(line)["actor"] for line in lines), actors, tenant)
            self.assertEqual(len(self.run_it("audit", "show", "--tenant", tenant).stdout.splitlines()), len(actors))
        self.assertEqual(len(self.run_it("audit", "export", "--tenant", "ward-3", "--actor", "e").stdout.splitlines()), 2)
        self.assertIn("  tenant ward-3  ", self.run_it("audit", "show").stdout)

    def test_the_audit_log(self):
        self.redact(NOTE, "--actor", "etl@ward")
        self.redact(NOTE, "--actor", 'o"neil')
        kept = self.run_it("audit", "checkpoint").stdout.strip()
        public = self.run_it("audit", "key").stdout.strip()
        self.assertEqual(len(public), 64)
        verify = self.run_it("audit", "verify", "--public-key", public, "--expect", kept).stdout
        self.assertIn("3 records, 1 file, 1 checkpoints, intact", verify)
        self.run_it("audit", "verify", "--expect", "3:" + "0" * 64, code=1)
        self.run_it("audit", "verify", "--expect", "3", code=2)
        self.run_it("audit", "verify", "--public-key", "0" * 64, code=1)
        lines = self.run_it("audit", "export", "--actor", 'o"neil').stdout.splitlines()
        self.assertEqual([json.loads(line)["actor"] for line in lines], ['o"neil'])
        subject = json.loads(lines[0])["subject"]
        self.assertEqual(len(self.run_it("audit", "export", "--subject", "p1").stdout.splitlines()), 2)
        self.assertEqual(len(self.run_it("audit", "export", "--subject-hash", subject).stdout.splitlines()), 2)
        self.assertEqual(self.run_it("audit", "export", "--subject", "p2").stdout, "")
        self.assertEqual(self.run_it("audit", "export", "--since", "2999-01-01").stdout, "")
        self.assertEqual(len(self.run_it("audit", "export", "--since", "2020-01-01").stdout.splitlines()), 3)
        self.assertIn("redact  allowed  by etl@ward", self.run_it("audit", "show").stdout)
        with open(self.path("home/audit.jsonl"), "r+b") as log:
            log.seek(200)
            log.write(b"#")
        ran = self.run_it("audit", "verify", "--public-key", public, code=1)
        self.assertIn("audit.jsonl:1: ", ran.stdout)

    def test_a_full_disk_stops_the_work(self):
        self.redact(NOTE)
        limit = f"ulimit -f 8; exec '{PROGRAM}' redact --quiet --format jsonl --threads 1"
        lines = "".join(json.dumps({"id": str(i), "text": NOTE}) + "\n" for i in range(4000))
        env = dict(os.environ, PHIVEIL_HOME=self.path("home"))
        ran = subprocess.run(["bash", "-c", limit], input=lines, env=env, capture_output=True, text=True, timeout=300)
        self.assertIn(ran.returncode, (3, 4), ran.stderr)
        given = len(ran.stdout.splitlines())
        recorded = sum(1 for line in self.run_it("audit", "export").stdout.splitlines() if '"verb":"redact"' in line)
        self.assertLess(given, 4000)
        self.assertLessEqual(given, recorded)
        self.run_it("audit", "verify")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

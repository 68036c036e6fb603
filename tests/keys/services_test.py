"""The command with keys of real services: AWS KMS as moto's server plays it (installed from PyPI into
a virtual environment kept in the build folder), HashiCorp Vault as fake_vault.py plays it, over TLS
with a certificate of the test's own.

    services_test.py PROGRAM BUILD_DIR [unittest arguments]
"""

import http.client
import http.server
import json
import os
import pathlib
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

PROGRAM, BUILD = "", pathlib.Path()
HERE = pathlib.Path(__file__).resolve().parent
ALL_DONE, QUARANTINED, USAGE, CANNOT_START, STOPPED = range(5)
NOTE = "Call 555-201-3344 or write to ana.ruiz@example.org. SSN 219-09-9999.\n"
SECRET = "PLANTEDawsSecretAccessKeyPLANTED12345678"


def free_port():
    import socket
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def moto_server():
    """Path of moto_server, or why there is none."""
    venv = BUILD / "moto-venv"
    program = venv / "bin" / "moto_server"
    if not program.exists():
        shutil.rmtree(venv, ignore_errors=True)
        made = subprocess.run([sys.executable, "-m", "venv", venv], capture_output=True, text=True, check=False)
        got = made.returncode == 0 and subprocess.run(
            [venv / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", "--timeout", "20", "--retries", "1",
             "moto[server,kms,sts]"], capture_output=True, text=True, check=False)
        if not got or got.returncode != 0:
            shutil.rmtree(venv, ignore_errors=True)
            return None, "moto cannot be installed from PyPI: " + ((got or made).stderr.strip().splitlines() or ["?"])[-1]
    return program, ""


class ServiceTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="phiveil-services-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "VAULT_"))}
        self.env.update(PHIVEIL_HOME=str(self.folder / "home"), HOME=str(self.folder))

    def run_it(self, *args, data=None, code=ALL_DONE, says="", **env):
        ran = subprocess.run([PROGRAM, *args], input=data, capture_output=True, text=True, timeout=120, check=False,
                             env=dict(self.env, **env), cwd=self.folder)
        self.assertEqual(ran.returncode, code, ran.stderr)
        self.assertIn(says, ran.stderr)
        self.assertNotIn("PLANTED", ran.stdout + ran.stderr)
        return ran.stdout

    def round_trip(self, key, **env):
        clean = self.run_it("redact", "--key", key, data=NOTE, **env)
        self.assertNotIn("219-09-9999", clean)
        self.assertEqual(self.run_it("restore", "--key", key, data=clean, **env), NOTE)
        return clean

    def nothing_is_kept_in_clear(self, *secrets):
        for path in (self.folder / "home").rglob("*"):
            if path.is_file():
                data = path.read_bytes()
                for secret in secrets:
                    self.assertNotIn(secret.encode(), data, path)


class AwsKms(ServiceTest):
    @classmethod
    def setUpClass(cls):
        program, why = moto_server()
        if program is None:
            raise unittest.SkipTest(why)
        cls.port = free_port()
        # moto checks signatures' form and credentials' presence; the signatures themselves are checked
        # against AWS's published examples in sigv4_test.cc.
        cls.server = subprocess.Popen([program, "-p", str(cls.port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        cls.addClassCleanup(cls.server.wait)
        cls.addClassCleanup(cls.server.terminate)
        for _ in range(300):
            try:
                cls.kms("ListKeys", {})
                break
            except OSError:
                time.sleep(0.1)
        cls.key = cls.kms("CreateKey", {})["KeyMetadata"]["Arn"]

    @classmethod
    def kms(cls, action, body):
        link = http.client.HTTPConnection("127.0.0.1", cls.port, timeout=30)
        link.request("POST", "/", json.dumps(body), {
            "X-Amz-Target": "TrentService." + action, "Content-Type": "application/x-amz-json-1.1",
            "Authorization": "AWS4-HMAC-SHA256 Credential=a/20260101/eu-central-1/kms/aws4_request, SignedHeaders=host, Signature=0"})
        answer = json.loads(link.getresponse().read() or b"{}")
        link.close()
        return answer

    def setUp(self):
        super().setUp()
        self.env.update(AWS_ACCESS_KEY_ID="AKIDTEST", AWS_SECRET_ACCESS_KEY=SECRET)
        self.uri = f"aws-kms://{self.key}?endpoint=http://127.0.0.1:{self.port}&region=eu-central-1"

    def test_there_and_back(self):
        self.round_trip(self.uri)
        wrapped = (self.folder / "home" / "vault.key.wrapped").read_text()
        self.assertTrue(wrapped.startswith("phiveil-wrapped-key-1\n"))
        self.assertFalse((self.folder / "home" / "vault.key").exists())
        self.nothing_is_kept_in_clear("219-09-9999", SECRET)
        self.run_it("audit", "verify", "--key", self.uri)

    def test_an_alias_and_a_key_that_is_not_there(self):
        key = self.kms("CreateKey", {})["KeyMetadata"]
        self.kms("CreateAlias", {"AliasName": "alias/phiveil", "TargetKeyId": key["KeyId"]})
        uri = f"aws-kms://alias/phiveil?endpoint=http://127.0.0.1:{self.port}"
        clean = self.round_trip(uri, AWS_REGION="eu-central-1")
        self.run_it("restore", "--key", uri.replace("alias/phiveil", "alias/none"), data=clean, code=CANNOT_START,
                    says="no such key", AWS_REGION="eu-central-1")
        self.run_it("restore", "--key", uri, data=clean, code=CANNOT_START, says="no AWS region")

    def test_rewrapping_moves_the_root_and_nothing_else(self):
        clean = self.round_trip(self.uri)
        path = self.folder / "home" / "vault.key.wrapped"
        before = path.read_text()
        self.run_it("key", "rewrap", "--key", self.uri)
        self.assertNotEqual(path.read_text(), before)
        other = self.uri.replace(self.key, self.kms("CreateKey", {})["KeyMetadata"]["KeyId"])
        self.run_it("key", "rewrap", "--key", self.uri, "--to", other)
        self.assertEqual(self.run_it("restore", "--key", other, data=clean), NOTE)

    def test_a_file_wrapped_for_another_root_is_refused(self):
        clean = self.round_trip(self.uri)
        path = self.folder / "home" / "vault.key.wrapped"
        ours = path.read_text()
        self.run_it("vault", "init", "--key", self.uri, PHIVEIL_HOME=str(self.folder / "other"))
        theirs = (self.folder / "other" / "vault.key.wrapped").read_text()
        # The wrapped bytes of one under the id of the other, with a checksum that fits.
        import hashlib
        lines = ours.splitlines()
        lines[3] = theirs.splitlines()[3]
        body = "\n".join(lines[:4]) + "\n"
        path.write_text(body + "checksum " + hashlib.sha256(body.encode()).hexdigest()[:16] + "\n")
        self.run_it("restore", "--key", self.uri, data=clean, code=CANNOT_START)

    def test_credentials_from_files(self):
        del self.env["AWS_ACCESS_KEY_ID"], self.env["AWS_SECRET_ACCESS_KEY"]
        (self.folder / ".aws").mkdir()
        (self.folder / ".aws" / "credentials").write_text(f"[ward]\naws_access_key_id = AKID\naws_secret_access_key = {SECRET}\n")
        (self.folder / ".aws" / "config").write_text("[profile ward]\nregion = eu-central-1\n[profile sso]\nsso_session = x\n")
        plain = f"aws-kms://{self.key}?endpoint=http://127.0.0.1:{self.port}"
        self.round_trip(plain, AWS_PROFILE="ward")
        self.round_trip(plain + "&profile=ward")
        self.run_it("restore", "--key", plain + "&profile=none", data="x", code=CANNOT_START, says="no AWS profile none")
        self.run_it("restore", "--key", plain + "&profile=sso", data="x", code=CANNOT_START, says="sso_session")

    def test_credentials_of_a_role(self):
        """A container's service and an instance's, with its session (IMDSv2), played by a few lines."""
        del self.env["AWS_ACCESS_KEY_ID"], self.env["AWS_SECRET_ACCESS_KEY"]
        given = json.dumps({"AccessKeyId": "AKID", "SecretAccessKey": SECRET, "Token": "PLANTEDsession", "Expiration": "x"})
        seen = []

        class Metadata(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def reply(self, status, text):
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def do_PUT(self):
                self.reply(200, "PLANTEDimds")

            def do_GET(self):
                seen.append(self.path)
                if self.path == "/creds":
                    return self.reply(200 if self.headers.get("Authorization") == "PLANTEDauth" else 401, given)
                if self.headers.get("X-aws-ec2-metadata-token") != "PLANTEDimds":
                    return self.reply(401, "")
                return self.reply(200, "role" if self.path.endswith("/") else given)

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Metadata)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        base = f"http://127.0.0.1:{server.server_address[1]}"
        (self.folder / "token").write_text("PLANTEDauth\n")
        self.round_trip(self.uri, AWS_CONTAINER_CREDENTIALS_FULL_URI=base + "/creds",
                        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=str(self.folder / "token"))
        self.round_trip(self.uri, AWS_EC2_METADATA_SERVICE_ENDPOINT=base)
        self.assertIn("/latest/meta-data/iam/security-credentials/role", seen)
        self.run_it("restore", "--key", self.uri, data="x", code=CANNOT_START, says="no AWS credentials",
                    AWS_EC2_METADATA_DISABLED="true")

    def test_credentials_of_a_web_identity(self):
        """The role that STS, as moto plays it, gives for a token in a file."""
        del self.env["AWS_ACCESS_KEY_ID"], self.env["AWS_SECRET_ACCESS_KEY"]
        token = self.folder / "web-token"
        token.write_text("PLANTED.web+identity/token=\n")
        role = {"AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/phiveil", "AWS_WEB_IDENTITY_TOKEN_FILE": str(token),
                "AWS_ENDPOINT_URL_STS": f"http://127.0.0.1:{self.port}", "AWS_EC2_METADATA_DISABLED": "true"}
        self.round_trip(self.uri, **role)
        for name, says in (("AWS_ROLE_ARN", "but not AWS_ROLE_ARN"), ("AWS_WEB_IDENTITY_TOKEN_FILE", "no AWS credentials")):
            self.run_it("restore", "--key", self.uri, data="x", code=CANNOT_START, says=says,
                        **{k: v for k, v in role.items() if k != name})
        self.run_it("restore", "--key", self.uri, data="x", code=CANNOT_START,
                    **dict(role, AWS_WEB_IDENTITY_TOKEN_FILE=str(self.folder / "none")))
        # A server that plays STS's refusals, and tells what it was asked.
        asked, answers = [], []

        class Sts(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_POST(self):
                asked.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
                status, text = answers.pop(0)
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Sts)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        role["AWS_ENDPOINT_URL_STS"] = f"http://127.0.0.1:{server.server_address[1]}"
        error = "<ErrorResponse><Error><Code>{}</Code><Message>PLANTED words</Message></Error></ErrorResponse>"
        for given, says in (((403, error.format("AccessDenied")), "AccessDenied"), ((200, "<x/>"), "gave no credentials"),
                            ((400, error.format("Expired&amp;x")), "status 400")):
            answers[:] = [given]
            self.run_it("restore", "--key", self.uri, data="x", code=CANNOT_START, says=says, **role)
        self.assertIn("RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fphiveil&RoleSessionName=phiveil", asked[0])
        self.assertTrue(asked[0].endswith("WebIdentityToken=PLANTED.web%2Bidentity%2Ftoken%3D"), asked[0])
        given = "<Credentials><AccessKeyId>AKID</AccessKeyId><SecretAccessKey>{}</SecretAccessKey><SessionToken>s</SessionToken></Credentials>"
        answers[:] = [(503, ""), (400, error.format("Throttling"))] + 20 * [(200, given.format(SECRET))]
        self.round_trip(self.uri, **role)

    def test_a_service_that_is_not_there(self):
        self.round_trip(self.uri)
        uri = self.uri.replace(str(self.port), str(free_port()))
        self.run_it("restore", "--key", uri, data="x", code=CANNOT_START, says="cannot connect")


class VaultTransit(ServiceTest):
    def setUp(self):
        super().setUp()
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", self.folder / "tls.key",
                        "-out", self.folder / "tls.crt"], check=True, capture_output=True)
        self.server = subprocess.Popen([sys.executable, HERE / "fake_vault.py", self.folder / "tls.crt", self.folder / "tls.key"],
                                       stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.server.stdout.close)
        self.addCleanup(self.server.wait)
        self.addCleanup(self.server.terminate)
        self.port = int(self.server.stdout.readline())
        self.env["VAULT_TOKEN"] = "hvs.PLANTEDTOKENOFTHEFAKE"
        self.uri = f"vault-transit://localhost:{self.port}/transit/phi?namespace=ward&ca={self.folder}/tls.crt"

    def control(self, what, **body):
        link = http.client.HTTPSConnection("localhost", self.port, timeout=30,
                                           context=ssl.create_default_context(cafile=self.folder / "tls.crt"))
        link.request("POST", "/control/" + what, json.dumps(body))
        answer = json.loads(link.getresponse().read())
        link.close()
        return answer

    def test_there_and_back_over_tls(self):
        self.round_trip(self.uri)
        self.nothing_is_kept_in_clear("219-09-9999", "hvs.PLANTED")
        self.assertEqual(self.control("set")["log"].count("/v1/transit/encrypt/phi"), 1, "one call makes the key")

    def test_where_the_token_comes_from(self):
        clean = self.round_trip(self.uri)
        token = self.env.pop("VAULT_TOKEN")
        self.run_it("restore", "--key", self.uri, data=clean, code=CANNOT_START, says="no Vault token")
        (self.folder / "token").write_text(token + "\n")
        (self.folder / "token").chmod(0o600)
        self.assertEqual(self.run_it("restore", "--key", f"{self.uri}&token_file={self.folder}/token", data=clean), NOTE)
        os.rename(self.folder / "token", self.folder / ".vault-token")
        self.assertEqual(self.run_it("restore", "--key", self.uri, data=clean), NOTE)
        self.run_it("restore", "--key", self.uri, data=clean, code=CANNOT_START, says="update on transit/decrypt/phi",
                    VAULT_TOKEN="hvs.PLANTEDwrong")

    def test_a_server_that_is_not_trusted(self):
        uri = f"vault-transit://localhost:{self.port}/transit/phi"
        self.run_it("vault", "init", "--key", uri, code=CANNOT_START, says="certificate does not verify")
        other = self.uri.replace("localhost", "127.0.0.1")  # not a name of the certificate
        self.run_it("vault", "init", "--key", other, code=CANNOT_START, says="certificate does not verify")
        self.assertEqual(self.control("set")["log"], [], "no token went out")

    def test_throttling_sealing_and_old_versions(self):
        clean = self.round_trip(self.uri)
        self.control("set", throttle=2)
        self.assertEqual(self.run_it("restore", "--key", self.uri, data=clean), NOTE)
        self.control("set", sealed=True)
        self.run_it("restore", "--key", self.uri, data=clean, code=CANNOT_START, says="sealed")
        self.control("set", sealed=False)
        self.control("rotate", key="phi")
        self.control("config", key="phi", min_decryption_version=2)
        self.run_it("restore", "--key", self.uri, data=clean, code=CANNOT_START, says="min_decryption_version")
        self.control("config", key="phi", min_decryption_version=1)
        self.run_it("key", "rewrap", "--key", self.uri)
        self.assertIn("vault:v2:", (self.folder / "home" / "vault.key.wrapped").read_text())
        self.control("config", key="phi", min_decryption_version=2)
        self.assertEqual(self.run_it("restore", "--key", self.uri, data=clean), NOTE)

    def test_rotation_from_a_key_file_into_the_service_and_on(self):
        clean = self.run_it("redact", data=NOTE)
        self.run_it("vault", "rotate", "--to", self.uri, says="wrapped=")
        first = f"{self.uri}&wrapped={self.folder}/home/vault.key.wrapped.next"
        self.run_it("restore", data=clean, code=CANNOT_START)
        self.assertEqual(self.run_it("restore", "--key", first, data=clean), NOTE)
        second = f"{self.uri}&wrapped={self.folder}/second"
        self.run_it("vault", "rotate", "--key", first, "--to", second)
        self.assertEqual(self.run_it("restore", "--key", second, data=clean), NOTE)
        self.run_it("restore", "--key", first, data=clean, code=CANNOT_START)
        self.assertIn("intact", self.run_it("audit", "verify", "--key", second))

    def test_from_one_service_key_to_another(self):
        clean = self.round_trip(self.uri)
        other = self.uri.replace("/transit/phi", "/transit/phi2")
        self.run_it("key", "rewrap", "--key", self.uri, "--to", other)
        self.run_it("restore", "--key", self.uri, data=clean, code=CANNOT_START)
        self.assertEqual(self.run_it("restore", "--key", other, data=clean), NOTE)
        self.run_it("key", "rewrap", code=USAGE, says="key service")


if __name__ == "__main__":
    PROGRAM, BUILD = sys.argv[1], pathlib.Path(sys.argv[2])
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=1)

"""A small fake of HashiCorp Vault's transit engine: encrypt, decrypt and rewrap of derived keys, key
versions and min_decryption_version, tokens, namespaces, sealing and throttling, with Vault's status
codes and error texts. The real server is not in Debian and cannot be fetched from a package registry,
so this stands in for it. It seals with HMAC-SHA-256 as a stream and a tag: good enough to notice what
Vault would notice, and no cryptography for anything else.

    fake_vault.py CERT KEY      serves https on a free port of 127.0.0.1, prints the port
"""
import base64
import hashlib
import hmac
import http.server
import json
import os
import ssl
import sys

TOKEN = "hvs.PLANTEDTOKENOFTHEFAKE"
STATE = {"keys": {}, "sealed": False, "throttle": 0, "log": []}


def stream(key, nonce, size):
    out = b""
    while len(out) < size:
        out += hmac.digest(key, nonce + len(out).to_bytes(4, "big"), hashlib.sha256)
    return out[:size]


class Refused(Exception):
    def __init__(self, status, *errors):
        super().__init__(status)
        self.status, self.errors = status, list(errors)


def version_key(key, version, context):
    if not 1 <= version <= len(key["versions"]):
        raise Refused(400, "invalid ciphertext: version is too new")
    if version < key["min_decryption_version"]:
        raise Refused(400, "ciphertext or signature version is disallowed by policy (too old)")
    return hmac.digest(key["versions"][version - 1], b"derive" + context, hashlib.sha256)


def encrypt(key, plaintext, context):
    version = len(key["versions"])
    secret, nonce = version_key(key, version, context), os.urandom(12)
    sealed = bytes(a ^ b for a, b in zip(plaintext, stream(secret, nonce, len(plaintext))))
    tag = hmac.digest(secret, b"tag" + nonce + sealed, hashlib.sha256)[:16]
    return f"vault:v{version}:{base64.b64encode(nonce + sealed + tag).decode()}"


def decrypt(key, ciphertext, context):
    parts = ciphertext.split(":")
    if len(parts) != 3 or parts[0] != "vault" or not parts[1].startswith("v"):
        raise Refused(400, "invalid ciphertext: no prefix")
    secret, blob = version_key(key, int(parts[1][1:]), context), base64.b64decode(parts[2])
    nonce, sealed, tag = blob[:12], blob[12:-16], blob[-16:]
    if not hmac.compare_digest(tag, hmac.digest(secret, b"tag" + nonce + sealed, hashlib.sha256)[:16]):
        raise Refused(400, "cipher: message authentication failed")
    return bytes(a ^ b for a, b in zip(sealed, stream(secret, nonce, len(sealed))))


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
        try:
            self.answer(200, self.control(body) if self.path.startswith("/control/") else self.transit(body))
        except Refused as refused:
            self.answer(refused.status, {"errors": refused.errors})

    def control(self, body):
        """What an operator would do with `vault write`, and a look at what was asked."""
        if self.path == "/control/rotate":
            STATE["keys"][body["key"]]["versions"].append(os.urandom(32))
        elif self.path == "/control/config":
            STATE["keys"][body["key"]]["min_decryption_version"] = body["min_decryption_version"]
        elif self.path == "/control/set":
            STATE.update(body)
        return {"log": STATE["log"]}

    def transit(self, body):
        STATE["log"].append(self.path)
        if STATE["throttle"] > 0:
            STATE["throttle"] -= 1
            raise Refused(429, "request limit reached")
        if STATE["sealed"]:
            raise Refused(503, "Vault is sealed")
        if self.headers.get("X-Vault-Token") != TOKEN or self.headers.get("X-Vault-Namespace") != "ward":
            raise Refused(403, "permission denied")
        _, api, mount, action, name = self.path.split("/")
        if api != "v1" or mount != "transit":
            raise Refused(404, "no handler for route")
        if "context" not in body:
            raise Refused(400, "missing 'context' for key derivation; the key was created using a derived key")
        context = base64.b64decode(body["context"])
        if action == "encrypt":
            key = STATE["keys"].setdefault(name, {"versions": [os.urandom(32)], "min_decryption_version": 1})
            return {"data": {"ciphertext": encrypt(key, base64.b64decode(body["plaintext"]), context),
                             "key_version": len(key["versions"])}}
        if name not in STATE["keys"]:
            raise Refused(400, "encryption key not found")
        key = STATE["keys"][name]
        plaintext = decrypt(key, body["ciphertext"], context)
        if action == "decrypt":
            return {"data": {"plaintext": base64.b64encode(plaintext).decode()}}
        if action == "rewrap":
            return {"data": {"ciphertext": encrypt(key, plaintext, context), "key_version": len(key["versions"])}}
        raise Refused(404, "no handler for route")


if __name__ == "__main__":
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    server.socket = context.wrap_socket(server.socket, server_side=True)
    print(server.server_address[1], flush=True)
    server.serve_forever()

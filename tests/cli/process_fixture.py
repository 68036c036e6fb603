"""The real program with a folder and a state folder of its own, for the process tests.

    NAME_test.py PROGRAM SOURCE_DIR [unittest arguments]
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM, SOURCE = (os.path.abspath(arg) for arg in sys.argv[1:3])

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


def wait_until(condition, process):
    end = time.monotonic() + 120
    while not condition() and process.poll() is None and time.monotonic() < end:
        time.sleep(0.001)


def main():
    unittest.main(module="__main__", argv=[sys.argv[0], *sys.argv[3:]], verbosity=2)

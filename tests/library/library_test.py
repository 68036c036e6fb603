"""The built library cannot print, log or abort, and its public headers stand alone.

Arguments: the build folder, the source folder, the C++ compiler.
"""
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

BUILD, SOURCE, COMPILER = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]

FORBIDDEN = re.compile(
    r"""^(?:
      v?f?printf(?:@.*)? | __v?f?printf_chk | puts | putchar | fputs | fputc | putc | fwrite | perror | psignal
    | v?syslog | __v?syslog_chk | openlog | abort | exit | _exit | _Exit | quick_exit | raise | __assert_fail
    | std::cout | std::cerr | std::clog | std::wcout | std::wcerr
    | google::protobuf::internal::Log(?:Message|Finisher).* | absl::.*::raw_?logging.* | absl::.*RawLog.*
    )$""", re.X)

# Whatever absl::StatusOr's operator* refers to for the case that nobody asked ok() first.
ALLOWED = {"absl::internal_statusor::Helper::Crash(absl::Status const&)"}


def undefined_symbols(archive):
    """Pairs of object file and symbol."""
    out = subprocess.run(["nm", "-C", "-A", "--undefined-only", archive], capture_output=True, text=True, check=True).stdout
    for line in out.splitlines():
        place, _, symbol = re.split(r" ([Uvw]) ", line, maxsplit=1)  # strong, weak object, weak
        yield place.split(":")[1], symbol.strip()


class Library(unittest.TestCase):
    def archives(self):
        found = sorted((BUILD / "engine").rglob("libphiveil*.a"))
        self.assertGreaterEqual(len(found), 10)
        return found

    def test_cannot_print_log_or_abort(self):
        seen = 0
        for archive in self.archives():
            for member, symbol in undefined_symbols(archive):
                seen += 1
                if member.endswith(".pb.cc.o") and "Log" in symbol:
                    continue  # protoc's own checks of programming errors in generated code we do not call
                self.assertFalse(FORBIDDEN.match(symbol) and symbol not in ALLOWED, f"{member} of {archive.name} uses {symbol}")
        self.assertGreater(seen, 1000)

    def test_the_check_itself_sees_a_print(self):
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder) / "talks.cc"
            source.write_text('#include <cstdio>\nvoid Talk(int n) { std::printf("%d", n); }\n')
            subprocess.run([COMPILER, "-c", source, "-o", f"{folder}/talks.o"], check=True)
            subprocess.run(["ar", "rc", f"{folder}/libtalks.a", f"{folder}/talks.o"], check=True)
            symbols = [symbol for _, symbol in undefined_symbols(f"{folder}/libtalks.a")]
            self.assertTrue(any(FORBIDDEN.match(symbol) for symbol in symbols), symbols)


class Headers(unittest.TestCase):
    FOREIGN = re.compile(r"/(?:hs|hs_[a-z]+)\.h|/unicode/|/google/protobuf/|/openssl/|/rocksdb/|/simdjson|/yaml-cpp/|\.pb\.h")

    def dependencies(self, header):
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder) / "alone.cc"
            source.write_text(f'#include "phiveil/{header.name}"\n#include "phiveil/{header.name}"\n')
            run = subprocess.run([COMPILER, "-std=c++20", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-MD", "-MF", f"{folder}/deps",
                                  "-I", SOURCE / "engine/include", source], capture_output=True, text=True, check=False)
            self.assertEqual(run.returncode, 0, f"{header.name} does not stand alone:\n{run.stderr}")
            return (pathlib.Path(folder) / "deps").read_text()

    def test_each_stands_alone_and_lets_nothing_through(self):
        headers = sorted((SOURCE / "engine/include/phiveil").glob("*.h"))
        self.assertGreaterEqual(len(headers), 10)
        for header in headers:
            with self.subTest(header=header.name):
                foreign = self.FOREIGN.search(self.dependencies(header))
                self.assertIsNone(foreign, f"{header.name} lets {foreign and foreign.group()} through")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)

"""Our own rules (native/export_rules.cc) in Python's `re`, one after the other over the whole note: the way of the PhysioNet
de-identifiers. What is found is replaced by [CATEGORY]."""
import platform
import re

import peer

BETWEEN = rb"[ \t:#.()=-]{1,4}"


def read_rules(path):
    with open(path, "rb") as file:
        for line in file:
            category, caseless, label, pattern = line.rstrip(b"\n").split(b"\t")
            value = b"(" + pattern + b")"
            whole = value if not label else b"(?i:" + label + b")" + BETWEEN + value
            flags = re.IGNORECASE if caseless == b"1" else 0
            yield category.decode(), re.compile(rb"(?<![A-Za-z0-9])(?:" + whole + rb")(?![A-Za-z0-9])", flags)


def join(found):
    joined = []
    for begin, end, category in sorted(found, key=lambda one: (one[0], -one[1])):
        if joined and begin < joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], end)
        else:
            joined.append([begin, end, category])
    return joined


def make(arguments):
    rules = list(read_rules(arguments[0]))

    def find(data):
        return join((*match.span(1), category) for category, rule in rules for match in rule.finditer(data))

    def spans(text):
        data = text.encode()
        return [(len(data[:b].decode(errors="ignore")), len(data[:e].decode(errors="ignore")), t) for b, e, t in find(data)]

    def redact(text):
        data = text.encode()
        pieces, at = [], 0
        found = find(data)
        for begin, end, category in found:
            pieces += [data[at:begin], b"[", category.encode(), b"]"]
            at = end
        pieces.append(data[at:])
        if found and b"".join(pieces) == data:
            raise SystemExit("found, and nothing replaced")
        return len(found)

    return redact, spans, platform.python_version(), ""


peer.run(make)

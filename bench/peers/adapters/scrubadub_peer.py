"""scrubadub as its manual begins: Scrubber().clean, the detectors that are on by default."""
from importlib.metadata import version

import scrubadub

import peer


def make(_arguments):
    scrubber = scrubadub.Scrubber()

    def spans(text):
        return [(f.beg, f.end, f.type) for f in scrubber.iter_filth(text)]

    def redact(text):
        return scrubber.clean(text).count("{{")

    return redact, spans, version("scrubadub"), ""


peer.run(make)

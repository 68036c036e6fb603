#!/usr/bin/env python3
"""Hands the entities of a spaCy pipeline to phiveil: JSON Lines in, the same lines with "spans" out.

  spacy_spans.py PIPELINE [--score LABEL=S]... [--batch N] < in.jsonl | phiveil redact --format jsonl > out.jsonl

PIPELINE is the name or folder of any installed spaCy pipeline that finds entities, for example en_core_web_sm.
A record is {"id", "text", ...}; everything in it passes, spans it already has too. Added are
{"begin","end","category","score","source"}, in code points, as spaCy counts.

phiveil weighs them as evidence: on their own they are a finding if their score reaches the policy's threshold
(0.5 unless it says otherwise), and where the engine has a reason of its own for the same category both count
together. spaCy gives no scores, so each label has one here, by how far such pipelines can be relied on in clinical
text. Lower one below the threshold, and it only strengthens: --score ORG=0.4. A score of 0 leaves the label out.
Pipelines with labels of their own: map another label here, in CATEGORIES.
"""
import argparse
import json
import re
import sys

CATEGORIES = {"PERSON": "NAME", "PER": "NAME", "ORG": "ORGANIZATION", "GPE": "CITY", "LOC": "LOCATION", "FAC": "FACILITY", "DATE": "DATE"}
SCORES = {"PERSON": 0.75, "PER": 0.75, "ORG": 0.45, "GPE": 0.6, "LOC": 0.5, "FAC": 0.55, "DATE": 0.6}

# GPE: states and countries may stay.
WIDE = set("""alabama alaska arizona arkansas california colorado connecticut delaware florida georgia hawaii idaho illinois indiana iowa kansas
kentucky louisiana maine maryland massachusetts michigan minnesota mississippi missouri montana nebraska nevada new_hampshire new_jersey new_mexico
new_york north_carolina north_dakota ohio oklahoma oregon pennsylvania rhode_island south_carolina south_dakota tennessee texas utah vermont virginia
washington west_virginia wisconsin wyoming usa us u.s. u.s.a. united_states the_united_states america mexico canada china india vietnam haiti cuba
england the_uk uk ireland germany france italy spain poland ukraine russia nigeria somalia ethiopia brazil peru guatemala honduras""".split())
MONTH = re.compile(r"\b(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)(?:[a-z]{2,6})?\b", re.I)
DAY = re.compile(r"\d{1,4}[-/.]\d{1,2}|\b\d{1,2}(?:st|nd|rd|th)\b", re.I)
# DATE: spaCy also means durations, ages and "daily".
LENGTH_OF_TIME = re.compile(r"\b(?:years?|yrs?|months?|weeks?|wks?|days?|hours?|decades?|daily|weekly|monthly|old|age|aged)\b", re.I)


def category_of(label, text):
    """phiveil's category of an entity; None when it is nothing to hand in."""
    category = CATEGORIES.get(label)
    if label == "GPE" and " ".join(text.split()).lower().replace(" ", "_") in WIDE:
        return None
    if category == "DATE" and (LENGTH_OF_TIME.search(text) or not (MONTH.search(text) or DAY.search(text))):
        return None
    return category


def spans_of(doc, scores, source):
    """The entities of one processed text as phiveil takes them."""
    spans = []
    for entity in doc.ents:
        text = entity.text
        category = category_of(entity.label_, text)
        score = scores.get(entity.label_, 0)
        begin = entity.start_char + len(text) - len(text.lstrip())
        end = entity.end_char - (len(text) - len(text.rstrip()))
        if category and score > 0 and begin < end:
            spans.append({"begin": begin, "end": end, "category": category, "score": score, "source": source})
    return spans


def add_spans(nlp, lines, scores, source, batch=64):
    """Each line of JSON with the spans that `nlp` finds in its text."""
    def records():
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
                text = record["text"]
                if not isinstance(text, str):
                    raise TypeError
            except (ValueError, KeyError, TypeError):
                # Not for us to drop: phiveil counts and quarantines what it cannot read.
                print(f"line {number}: no record with a text; passed as it is", file=sys.stderr)
                yield "", line.rstrip("\r\n")
                continue
            nlp.max_length = max(nlp.max_length, len(text) + 1)
            yield text, record

    for doc, record in nlp.pipe(records(), as_tuples=True, batch_size=batch):
        if isinstance(record, str):
            yield record
            continue
        record["spans"] = (record.get("spans") or []) + spans_of(doc, scores, source)
        yield json.dumps(record, ensure_ascii=False)


def score_option(text):
    label, _, value = text.partition("=")
    score = float(value)
    if label not in CATEGORIES or not 0 <= score <= 1:
        raise ValueError(text)
    return label, score


def load(name):
    """The pipeline, or an exit that says what is missing."""
    try:
        import spacy
    except ImportError:
        sys.exit("spaCy is not installed: pip install spacy, then python -m spacy download " + name)
    try:
        nlp = spacy.load(name)
    except OSError:
        sys.exit(f"there is no spaCy pipeline {name}: python -m spacy download {name}, or give its folder")
    labels = {label for pipe in nlp.pipe_labels.values() for label in pipe}
    if not labels & set(CATEGORIES):
        sys.exit(f"the pipeline {name} finds none of {', '.join(CATEGORIES)}: see CATEGORIES in {__file__}")
    return nlp


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pipeline")
    parser.add_argument("--score", action="append", type=score_option, default=[], metavar="LABEL=S")
    parser.add_argument("--batch", type=int, default=64, help="texts at a time")
    options = parser.parse_args()
    sys.stdin.reconfigure(encoding="utf-8")
    sys.stdout.reconfigure(encoding="utf-8")
    for line in add_spans(load(options.pipeline), sys.stdin, {**SCORES, **dict(options.score)}, f"spacy:{options.pipeline}", options.batch):
        print(line)


if __name__ == "__main__":
    main()

"""What was found of what is marked, counted in letters and digits, as `phiveil eval` counts (bindings/cli/README.md).

An identifier is found whole when a finding of any kind covers each of its letters and digits. Precision is the share of
marked letters and digits among all covered ones that are not marked as what may stay. By label, recall is that of the
label's identifiers, and precision that of the findings which were given this category.
"""
import collections

# Labels of what Safe Harbor lets stay: neither hit nor error.
MAY_STAY = {"STATE", "COUNTRY", "YEAR", "AGE", "WEEKDAY", "TIME", "PROFESSION", "OTHER", "MISC", "NRP", "TITLE", "GENDER",
            "MONEY"}


class Score:
    def __init__(self):
        self.labels = collections.defaultdict(collections.Counter)  # identifiers, whole, letters, covered
        self.found = collections.defaultdict(collections.Counter)  # findings, hit, stray: by category
        self.hit = self.stray = self.findings = 0

    def add(self, text, marks, findings):
        """`marks`: {"start","end","label"}; `findings`: (begin, end, category), in code points."""
        required, may_stay, covered = set(), set(), set()
        counts = [i for i, c in enumerate(text) if c.isalnum()]
        counted = set(counts)
        for mark in marks:
            place = range(mark["start"], min(mark["end"], len(text)))
            (may_stay if mark["label"] in MAY_STAY or mark.get("ignore") else required).update(place)
        for begin, end, category in findings:
            place = counted.intersection(range(begin, min(end, len(text))))
            covered |= place
            row = self.found[category]
            row["findings"] += 1
            row["hit"] += len(place & required)
            row["stray"] += len(place - required - may_stay)
            self.findings += 1
        for mark in marks:
            if mark["label"] in MAY_STAY or mark.get("ignore"):
                continue
            letters = [i for i in range(mark["start"], min(mark["end"], len(text))) if i in counted]
            if not letters:
                continue
            row = self.labels[mark["label"]]
            inside = sum(i in covered for i in letters)
            row["identifiers"] += 1
            row["whole"] += inside == len(letters)
            row["letters"] += len(letters)
            row["covered"] += inside
        self.hit += len(covered & required)
        self.stray += len(covered - required - may_stay)

    @staticmethod
    def _share(part, whole):
        return part / whole if whole else 0.0

    def recall(self, label=None):
        rows = [self.labels[label]] if label else self.labels.values()
        return self._share(sum(r["whole"] for r in rows), sum(r["identifiers"] for r in rows))

    def character_recall(self):
        rows = self.labels.values()
        return self._share(sum(r["covered"] for r in rows), sum(r["letters"] for r in rows))

    def precision(self, category=None):
        if category is None:
            return self._share(self.hit, self.hit + self.stray)
        row = self.found[category]
        return self._share(row["hit"], row["hit"] + row["stray"])

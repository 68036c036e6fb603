"""The tables and the plot of bench/peers/run."""
import plot
import score
import sections

SHOWN_LABELS = 14
FICTION = ("- The notes are fictional: domains end in `.example`, telephone numbers have 555, social security numbers were never "
           "issued. A peer that refuses what cannot be real misses such values here and would find real ones. They are also this "
           "project's own notes, of the kinds that its rules were written for; `--corpus` takes others.")
SAME_RULES = ("- \"Our patterns\" are those regular expressions of the pack that are telling alone or behind a label "
              "(`export_rules`): no lists, forms, fields, validators or vetoes, and no names. They say what the matching alone "
              "costs elsewhere.")


class Row:
    def __init__(self, name, about):
        self.name, self.about = name, about
        self.figures = self.score = self.rate = None
        self.reason = ""


def _rate(value):
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def _share(value):
    return f"{100 * value:.1f}"


class Page:
    def __init__(self, rows, notes, size, date, machine, command, build, root):
        self.rows, self.notes, self.size = rows, notes, size
        self.date, self.machine, self.command, self.build, self.root = date, machine, command, build, root
        self.done = sorted((row for row in rows if row.score), key=lambda row: -row.rate)
        self.ours = next((row.rate for row in rows if row.name == "phiveil redact" and row.score), None)

    def write(self, path):
        picture = path.with_name("peers.svg")
        if self.done:
            picture.write_text(self._plot(), encoding="utf-8")
        text = [self._head(), self._speed(), f"![Throughput against recall]({picture.name})" if self.done else "",
                self._remarks(), self._recall(), self._precision()]
        sections.replace(path, "peers", "\n\n".join(part for part in text if part))

    def _plot(self):
        points = []
        for row in self.done:
            kind = "ours" if row.about.get("ours") else "rules" if row.about.get("rules") else "peer"
            points.append((row.name, row.rate, row.score.recall(), kind))
        return plot.draw(points, f"{self.date}, {len(self.notes)} notes, blue: phiveil, orange: peers, grey: our patterns elsewhere")

    def _head(self):
        marks = sum(m["label"] not in score.MAY_STAY for n in self.notes for m in n["spans"])
        apart = self.size // max(1, marks)
        return "\n".join([
            f"{self.date}, {self.machine.kind()}, {self.machine.system()}, {self.machine.compiler(self.build)}, revision "
            f"{self.machine.revision(self.root)}. {len(self.notes)} notes, {self.size / 1e3:.0f} KB, an identifier every {apart} "
            "bytes; each contestant alone on one pinned core, one after the other.", "", "```sh", self.command, "```"])

    def _speed(self):
        head = ["", "what runs", "version", "MB/s", "notes/s", "peak memory, MB", "phiveil redact is … times as fast",
                "identifiers found whole, %", "letters found, %", "precision, %"]
        table = []
        for row in self.done:
            faster = f"{self.ours / row.rate:.2g}" if self.ours and self.ours / row.rate < 10 else (
                f"{self.ours / row.rate:,.0f}" if self.ours else "-")
            table.append([row.name, row.about["what"], row.figures["version"], _rate(row.rate),
                          f"{len(self.notes) / row.figures['cpu']:,.0f}", f"{row.figures['peak_kb'] / 1024:.0f}", faster,
                          _share(row.score.recall()), _share(row.score.character_recall()), _share(row.score.precision())])
        for row in self.rows:
            if not row.score:
                table.append([row.name, row.about["what"], row.reason] + ["-"] * 7)
        return sections.table(head, table)

    def _remarks(self):
        lines = [f"- {row.name}: {row.figures['note']}." for row in self.done if row.figures["note"]]
        return "\n".join([*lines, FICTION, SAME_RULES])

    def _columns(self):
        return ["phiveil" if row.name == "phiveil redact" else row.name for row in self._shown()]

    def _shown(self):
        return [row for row in self.done if row.name not in ("phiveil find", "phiveil find, rules alone")]

    def _recall(self):
        if not self.done:
            return ""
        counts = {label: one["identifiers"] for label, one in self.done[0].score.labels.items() if one["identifiers"]}
        labels = sorted(counts, key=lambda label: -counts[label])
        table = [[label, counts[label], *(_share(row.score.recall(label)) for row in self._shown())] for label in labels]
        return "Recall by label: identifiers found whole, %, whatever they were called.\n\n" + sections.table(
            ["label", "identifiers", *self._columns()], table)

    def _precision(self):
        if not self.done:
            return ""
        found = {}
        for row in self._shown():
            for category, one in row.score.found.items():
                found[category] = found.get(category, 0) + one["findings"]
        names = sorted(found, key=lambda name: -found[name])[:SHOWN_LABELS]

        def cell(row, name):
            one = row.score.found.get(name)
            return "" if not one or not one["findings"] else f"{_share(row.score.precision(name))} ({one['findings']})"

        table = [[name, *(cell(row, name) for row in self._shown())] for name in names]
        return (f"Precision by what it was called, %, and findings; the {len(names)} commonest categories "
                "(bench/peers/labels.tsv maps the peers' names).\n\n") + sections.table(["called", *self._columns()], table)

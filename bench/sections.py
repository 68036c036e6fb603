"""Parts of a page that a command writes; all the rest is people's and stays as it is.

  <!-- measured:NAME -->
  …
  <!-- /measured:NAME -->
"""
import pathlib
import re


def replace(path, name, text):
    """Puts `text` between the markers NAME of the page; at its end when there are none yet."""
    page = pathlib.Path(path)
    old = page.read_text(encoding="utf-8") if page.exists() else ""
    begin, end = f"<!-- measured:{name} -->", f"<!-- /measured:{name} -->"
    block = f"{begin}\n{text.strip()}\n{end}"
    if begin in old and end not in old:
        raise SystemExit(f"{path}: {begin} is not closed by {end}")
    found = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.S)
    new = found.sub(lambda _: block, old, count=1) if begin in old else f"{old.rstrip()}\n\n{block}\n".lstrip()
    draft = page.with_name(page.name + ".tmp")
    draft.write_text(new, encoding="utf-8")
    draft.replace(page)


def table(head, rows):
    """A Markdown table; numbers are formatted by the caller."""
    def line(cells):
        return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"

    return "\n".join([line(head), "|" + "---|" * len(head), *(line(row) for row in rows)])

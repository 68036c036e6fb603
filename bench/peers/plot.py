"""Throughput against recall as an SVG: no library, legible on light and on dark pages."""
import html
import math

WIDTH, HEIGHT = 860, 500
LEFT, RIGHT, TOP, BOTTOM = 70, 30, 40, 60

STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #24292f; }
  .axis { stroke: #57606a; } .grid { stroke: #d0d7de; }
  .ours { fill: #0969da; } .peer { fill: #bc4c00; } .rules { fill: #6e7781; }
  .small { font-size: 11px; fill: #57606a; } .back { fill: #ffffff; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .axis { stroke: #9198a1; } .grid { stroke: #3d444d; } .back { fill: #0d1117; }
    .ours { fill: #4493f8; } .peer { fill: #f0883e; } .rules { fill: #9198a1; } .small { fill: #9198a1; }
  }
"""


def _places(points, x_of, y_of):
    """A place for each label that no other label or point covers."""
    taken = [(x_of(x) - 7, y_of(y) - 7, x_of(x) + 7, y_of(y) + 7) for _, x, y, _ in points]
    for name, x, y, _ in points:
        wide, cx, cy = 7.7 * len(name), x_of(x), y_of(y)
        tries = [(cx + 10, cy + 4), (cx - 10 - wide, cy + 4)]
        for step in range(1, 9):
            tries += [(cx + 6, cy + 4 + 15 * step), (cx + 6, cy + 4 - 15 * step), (cx - 6 - wide, cy + 4 + 15 * step),
                      (cx - 6 - wide, cy + 4 - 15 * step)]

        def free(place, wide=wide):
            box = (place[0], place[1] - 12, place[0] + wide, place[1] + 3)
            inside = box[0] > LEFT and box[2] < WIDTH - 4 and box[1] > 4 and box[3] < HEIGHT - BOTTOM
            return inside and all(box[2] < t[0] or t[2] < box[0] or box[3] < t[1] or t[3] < box[1] for t in taken)

        at = next((place for place in tries if free(place)), tries[0])
        taken.append((at[0], at[1] - 12, at[0] + wide, at[1] + 3))
        yield at


def draw(points, caption):
    """`points`: (name, MB/s, recall from 0 to 1, class)."""
    low = math.floor(math.log10(min(x for _, x, _, _ in points)))
    high = math.ceil(math.log10(max(x for _, x, _, _ in points)))
    high = max(high, low + 1)

    def x_of(value):
        return LEFT + (math.log10(value) - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    def y_of(value):
        return HEIGHT - BOTTOM - value * (HEIGHT - TOP - BOTTOM)

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
           "<title>Throughput against recall</title>", f"<style>{STYLE}</style>",
           f'<rect class="back" width="{WIDTH}" height="{HEIGHT}"/>']
    for decade in range(low, high + 1):
        x = x_of(10 ** decade)
        out.append(f'<line class="grid" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{HEIGHT - BOTTOM}"/>')
        out.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{10 ** decade:g}</text>')
    for tenth in range(0, 11, 2):
        y = y_of(tenth / 10)
        out.append(f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}"/>')
        out.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{tenth * 10} %</text>')
    out += [f'<line class="axis" x1="{LEFT}" y1="{HEIGHT - BOTTOM}" x2="{WIDTH - RIGHT}" y2="{HEIGHT - BOTTOM}"/>',
            f'<line class="axis" x1="{LEFT}" y1="{TOP}" x2="{LEFT}" y2="{HEIGHT - BOTTOM}"/>',
            f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 20}" text-anchor="middle">MB/s on one core (logarithmic)</text>',
            f'<text x="{LEFT - 50}" y="{TOP - 16}">identifiers found whole</text>',
            f'<text class="small" x="{WIDTH - RIGHT}" y="{HEIGHT - 5}" text-anchor="end">{html.escape(caption)}</text>']
    for (name, x, y, kind), (tx, ty) in zip(points, _places(points, x_of, y_of)):
        out.append(f'<circle class="{kind}" cx="{x_of(x):.1f}" cy="{y_of(y):.1f}" r="6"/>')
        out.append(f'<text x="{tx:.1f}" y="{ty:.1f}">{html.escape(name)}</text>')
    return "\n".join([*out, "</svg>"]) + "\n"

"""The icons that a built site shows, and no others: `icons.woff` and `icons.css`.

The theme brings all of FontAwesome as a script, a style sheet and three fonts, over 800 kB
compressed; the book shows some twenty icons of one font.
"""

import re
import shutil
from pathlib import Path

from fontTools import subset

STYLE = """\
/* Font Awesome Free by @fontawesome, https://fontawesome.com: icons CC BY 4.0, font SIL OFL 1.1. */
@font-face {
  font-family: "Font Awesome 6 Free"; font-weight: 900; font-display: block;
  src: url(icons.woff) format("woff");
}
:root { --fa-font-solid: normal 900 1em/1 "Font Awesome 6 Free"; }
.fas, .fa-solid { font: var(--fa-font-solid); display: inline-block; }
.fa-lg { font-size: 1.25em; line-height: .05em; vertical-align: -.075em; }
"""


def write_icons(site):
    """Replace FontAwesome in the folder of a built site."""
    static = Path(site) / "_static"
    (whole,) = static.glob("vendor/fontawesome/*")
    code_of = dict(
        re.findall(r'\.(fa-[\w-]+):before\{content:"\\([0-9a-f]+)"', spelled_out(whole / "css"))
    )
    texts = [path.read_text() for path in [*Path(site).rglob("*.html"), *static.rglob("*.js")]]
    names = {name for text in texts for name in re.findall(r"fa-[\w-]+", text)} & code_of.keys()
    styles = [path.read_text() for path in static.glob("styles/*.css")]
    codes = {code for text in styles for code in re.findall(r'content:\s*"\\(f[0-9a-f]{3})"', text)}
    rules = [f'.{name}::before {{ content: "\\{code_of[name]}"; }}\n' for name in sorted(names)]
    (static / "icons.css").write_text(STYLE + "".join(rules))
    write_font(
        whole / "webfonts" / "fa-solid-900.ttf",
        static / "icons.woff",
        codes | {code_of[name] for name in names},
    )
    shutil.rmtree(static / "vendor")


def spelled_out(folder):
    """Return the style sheet with a rule of its own for each name of an icon."""
    text = (folder / "all.min.css").read_text()
    return re.sub(
        r"((?:\.fa-[\w-]+:before,)*\.fa-[\w-]+:before)(\{[^}]*\})",
        lambda rule: "".join(f"{name}{rule[2]}" for name in rule[1].split(",")),
        text,
    )


def write_font(source, target, codes):
    """Write the part of a font that has the characters of these codes (hexadecimal)."""
    options = subset.Options(flavor="woff", layout_features=[], hinting=False)
    part = subset.Subsetter(options)
    part.populate(unicodes=[int(code, 16) for code in codes])
    with subset.load_font(source, options) as font:
        part.subset(font)
        subset.save_font(font, target, options)

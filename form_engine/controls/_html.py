"""Rich text made safe: an allow-list of tags and attributes, and its plain text."""

import re
from html import unescape

import nh3

TAGS = frozenset(
    "p br hr h1 h2 h3 h4 blockquote ul ol li strong b em i u s sub sup span a img table thead tbody tr th td pre code".split()
)
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "*": {"style"},
}
STYLES = frozenset(
    {"color", "background-color", "text-align", "font-weight", "font-style", "text-decoration"}
)
SCHEMES = frozenset({"https", "http", "mailto", "tel"})
BREAKS = re.compile(r"<(?:br|hr)\s*/?>|</(?:p|div|li|tr|h[1-6]|blockquote|pre)>", re.IGNORECASE)
MARKS = re.compile(r"<[^>]*>")


def safe(html: str) -> str:
    """Return `html` with only the allowed tags, attributes, styles and link schemes; scripts and handlers go."""
    return nh3.clean(
        html,
        tags=set(TAGS),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        url_schemes=set(SCHEMES),
        filter_style_properties=set(STYLES),
        link_rel="noopener noreferrer",
        strip_comments=True,
    )


def plain(html: str) -> str:
    """Return the words of `html`, a line a block."""
    words = unescape(MARKS.sub("", BREAKS.sub("\n", html))).replace("\u00a0", " ")
    return "\n".join(line.strip() for line in words.split("\n")).strip()

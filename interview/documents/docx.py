"""A DOCX file's visible text, and text out of HTML, which is what DOCX becomes on its way.

mammoth is what markitdown reads DOCX with; used directly it is loaded in 0.2 s instead of 2.7 s (markitdown brings a
file-type model along), which matters in a process made for one document. Headers, which mammoth leaves out and where
many résumés carry name and address, come first.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING, Any

from interview.documents.text import DocumentText, finished, problem

if TYPE_CHECKING:
    from bs4 import Tag

_MAX_PARTS = 2_000
_MAX_UNPACKED = 60 * 1024 * 1024
_MAX_XML = 20 * 1024 * 1024
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SMALLEST_HALF_POINTS = 8
_OFF = {"0", "false", "off"}
_BLOCKS = re.compile(
    "address|article|blockquote|caption|d[dlt]|div|fieldset|figcaption|figure|footer|form|h[1-6]|header|hr|li|main|ol|p|"
    "pre|section|table|tr|ul|br|td|th"
)


def docx_text(data: bytes) -> DocumentText:
    """The visible text of a DOCX. Raises `document_type_unsupported` for other ZIP files, `document_damaged`,
    `document_too_large` for a file that unpacks to more than 60 MB."""
    import mammoth  # type: ignore[import-untyped]

    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except zipfile.BadZipFile:
        raise problem("document_damaged") from None
    names = _checked_names(archive)
    styles = archive.read("word/styles.xml") if "word/styles.xml" in names else b""
    body, hidden = _without_hidden(archive.read("word/document.xml"), styles)
    headers = [archive.read(name) for name in names if re.fullmatch(r"word/header\d*\.xml", name)]
    html = mammoth.convert_to_html(_with_body(archive, body), convert_image=mammoth.images.img_element(_no_image)).value
    said = f"Hidden text was left out: {hidden} {'word' if hidden == 1 else 'words'} in hidden, white or tiny type."
    lines = dict.fromkeys(line for header in headers for line in _paragraphs(header))
    return finished("\n".join([*lines, html_text(html)]), (said,) if hidden else ())


def html_text(html: str) -> str:
    """The readable text of an HTML page: a line for every block, a dash before list items, no scripts or navigation."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(html, "lxml")
    for tag in soup.select("script, style, noscript, template, svg, iframe, nav, head, [hidden], [aria-hidden=true]"):
        tag.decompose()
    _lay_out(soup.find_all(lambda tag: _BLOCKS.fullmatch(tag.name) is not None))
    return soup.get_text()


def _lay_out(tags: list[Tag]) -> None:
    for tag in tags:
        if tag.name in {"td", "th"}:
            tag.append("\t")
        elif tag.name == "br":
            tag.replace_with("\n")
        else:
            tag.insert(0, "\n- " if tag.name == "li" else "\n")
            tag.append("\n")


def _no_image(_: Any) -> dict[str, str]:
    return {}


def _checked_names(archive: zipfile.ZipFile) -> list[str]:
    """The parts' names, in order. The sizes stated in a ZIP bound what is unpacked: reading stops there."""
    parts = archive.infolist()
    names = sorted(part.filename for part in parts)
    if "word/document.xml" not in names:
        raise problem("document_type_unsupported")
    unpacked = sum(part.file_size for part in parts)
    xml = sum(part.file_size for part in parts if part.filename.endswith((".xml", ".rels")))
    if len(parts) > _MAX_PARTS or unpacked > _MAX_UNPACKED or xml > _MAX_XML:
        raise problem("document_too_large")
    return names


def _parsed(xml: bytes) -> Any:
    from lxml import etree  # type: ignore[import-untyped]

    return etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))


def _without_hidden(xml: bytes, styles: bytes) -> tuple[bytes, int]:
    """The document's body without the runs that do not show, and how many words these had."""
    from lxml import etree

    root = _parsed(xml)
    plain_ground = not (_is_coloured(root) or (styles and _is_coloured(_parsed(styles))))
    hidden = 0
    for run in list(root.iter(f"{_W}r")):
        style = run.find(f"{_W}rPr")
        if style is not None and _does_not_show(style, plain_ground):
            hidden += len("".join(text.text or "" for text in run.iter(f"{_W}t")).split())
            run.getparent().remove(run)
    return etree.tostring(root), hidden


def _does_not_show(style: Any, plain_ground: bool) -> bool:
    vanish, size, colour = (style.find(_W + name) for name in ("vanish", "sz", "color"))
    if vanish is not None and vanish.get(f"{_W}val") not in _OFF:
        return True
    half_points = "" if size is None else size.get(f"{_W}val") or ""
    if half_points.isdigit() and int(half_points) < _SMALLEST_HALF_POINTS:
        return True
    return plain_ground and colour is not None and (colour.get(f"{_W}val") or "").upper() in {"FFFFFF", "FEFEFE"}


def _is_coloured(root: Any) -> bool:
    """Whether anything here may lie under white type: shading, a page colour, a box or a picture behind the text."""
    fills = (mark.get(f"{_W}fill") or "auto" for mark in root.iter(f"{_W}shd"))
    boxes = root.iter(f"{_W}background", f"{_W}txbxContent", f"{_W}pict", "{*}anchor")
    return any(fill.upper() not in {"AUTO", "FFFFFF"} for fill in fills) or any(True for _ in boxes)


def _with_body(archive: zipfile.ZipFile, body: bytes) -> io.BytesIO:
    """The same file with another body and without its pictures."""
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w") as out:
        for part in archive.infolist():
            if part.filename.endswith((".xml", ".rels")):
                out.writestr(part.filename, body if part.filename == "word/document.xml" else archive.read(part))
    copy.seek(0)
    return copy


def _paragraphs(xml: bytes) -> list[str]:
    lines = ("".join(text.text or "" for text in paragraph.iter(f"{_W}t")) for paragraph in _parsed(xml).iter(f"{_W}p"))
    return [line for line in lines if line.strip()]

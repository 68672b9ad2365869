"""Papers as tagged PDF, and pictures for Word, set by typst (the extra ``pdf``).

What a learner typed goes in as data, never as markup.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from lti_tool.activities.paper import Block, Paper, Picture
from lti_tool.errors import ToolError
from lti_tool.language import mark

TEMPLATES = Path(__file__).parent
STANDARD: Final = "ua-1"
"""PDF/UA-1: typst refuses what would not be accessible, such as a letter that no font has."""


class PdfMissing(ToolError):
    """The installation has no typst."""

    status = 501
    code = "pdf-missing"
    message = mark("This installation does not make PDF files.")
    remedy = mark("Print the page instead, and choose PDF as the printer.")


def is_available() -> bool:
    """Say whether this installation can make PDF files."""
    return find_spec("typst") is not None


def as_pdf(paper: Paper, *, language: str, pictures: Mapping[str, str] | None = None) -> bytes:
    """Return the paper as a tagged PDF, A4; ``pictures`` holds the SVG of each ``Picture`` by its component.

    :raise PdfMissing: typst is not installed.
    """
    blocks = [{"type": type(block).__name__.lower(), **_data(block)} for block in paper.blocks]
    return _compile("paper.typ", {"title": paper.title, "blocks": blocks, "pictures": dict(pictures or {})}, language)


def certificate_pdf(lines: Mapping[str, Any], *, language: str) -> bytes:
    """Return a certificate: the lines that ``certificate.typ`` names.

    :raise PdfMissing: typst is not installed.
    """
    return _compile("certificate.typ", lines, language)


def as_png(picture: str) -> bytes | None:
    """Return an SVG as a PNG of 16 cm for programs that show no SVG; None if typst is not installed."""
    if not is_available():
        return None
    import typst

    return typst.compile((TEMPLATES / "picture.typ").read_bytes(), sys_inputs={"svg": picture}, format="png", ppi=200)


def _data(block: Block) -> dict[str, Any]:
    if isinstance(block, Picture):  # its drawing is the page's business
        return {"component": block.component, "title": block.title, "text": block.text}
    return asdict(block)


def _compile(template: str, data: Mapping[str, Any], language: str) -> bytes:
    if not is_available():
        raise PdfMissing
    import typst

    source = (TEMPLATES / template).read_bytes()
    inputs = {"data": json.dumps({**data, "language": language}, ensure_ascii=False)}
    try:
        return typst.compile(source, sys_inputs=inputs, pdf_standards=STANDARD)
    except typst.TypstError:
        # A name in a script that our fonts lack: still tagged, with a gap where the letter would be.
        return typst.compile(source, sys_inputs=inputs)

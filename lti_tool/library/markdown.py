"""Markdown of our authors, turned into HTML that is safe to show."""

from collections.abc import Callable, Mapping
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markupsafe import Markup, escape

from lti_tool.activities.base import Passage, Reference

CITATION_OPENS = "[@"


class Renderer:
    """Renders with one list of references. HTML in the source is shown as text; links lead to https only."""

    def __init__(self, references: Mapping[str, Reference]) -> None:
        self.references = references
        self._markdown = MarkdownIt("commonmark", {"html": False})
        self._markdown.validateLink = _is_https  # type: ignore[method-assign]  # the documented way to restrict links
        self._markdown.inline.ruler.before("link", "citation", _citation)
        self._markdown.core.ruler.push("outline", _raise_headings)
        self._markdown.add_render_rule("citation", _render_citation)
        self._markdown.add_render_rule("link_open", _render_link)

    def passage(self, text: str) -> Passage:
        """Return a text as HTML, with the references it cites in the order of their first citation."""
        env = self._env()
        html = Markup(self._markdown.render(text, env))  # noqa: S704 - markdown-it has escaped what authors wrote
        return Passage(html=html, references=tuple(self.references[key] for key in env["cited"]))

    def inline(self, text: str) -> Markup:
        """Return one line as HTML without a paragraph around it."""
        return Markup(self._markdown.renderInline(text, self._env()))  # noqa: S704 - as above

    def _env(self) -> dict[str, Any]:
        # markdown-it hands its environment to every rule: that is how a citation finds its reference.
        return {"references": self.references, "cited": []}


def citation_keys(inside: str) -> list[str]:
    """Return the keys of ``@one; @two``: what stands between the brackets of a citation."""
    return [part.strip().removeprefix("@") for part in inside.split(";")]


def _citation(state: StateInline, silent: bool) -> bool:
    if not state.src.startswith(CITATION_OPENS, state.pos):
        return False
    end = state.src.find("]", state.pos)
    if end < 0:
        return False
    if not silent:
        token = state.push("citation", "", 0)
        token.meta = {"keys": citation_keys(state.src[state.pos + 1 : end])}
    state.pos = end + 1
    return True


def _render_citation(_: object, tokens: list[Token], idx: int, __: object, env: dict[str, Any]) -> str:
    links = []
    for key in tokens[idx].meta["keys"]:
        if key not in env["cited"]:
            env["cited"].append(key)
        links.append(f'<a class="citation" href="#ref-{escape(key)}">{escape(env["references"][key].short)}</a>')
    return f"[{'; '.join(links)}]"


def _raise_headings(state: Any) -> None:
    # An author's ### is the first heading below the page's own title, because ## names the section.
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{max(2, int(token.tag[1]) - 1)}"


def _render_link(renderer: Any, tokens: list[Token], idx: int, options: Any, env: Any) -> str:
    # The frame is small and belongs to the course: what leads away opens beside it and learns nothing of it.
    tokens[idx].attrSet("target", "_blank")
    tokens[idx].attrSet("rel", "noopener noreferrer")
    render: Callable[..., str] = renderer.renderToken
    return render(tokens, idx, options, env)


def _is_https(url: str) -> bool:
    return url.startswith("https://")

"""Rules about single texts: citations, placeholders, markup, readability (V007, V014, V015, V016)."""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from markdown_it import MarkdownIt
from markdown_it.token import Token

from lti_tool.library import readability
from lti_tool.library.messages import MessageMistake, placeholders
from lti_tool.library.pack import Locale, Pack
from lti_tool.library.problems import Level, Problem
from lti_tool.library.snippets import Snippet, in_file, sections_of, snippets_of, whole

_HARDEST_PAGE = 8
_HARDEST_EXERCISE = 9
"""US school grades; an exercise may be a little harder, because its subject's words are long."""
_LONGEST_SENTENCE = 25
_FEWEST_WORDS = 40
"""Below this the grade of a text says more about one long word than about the text."""
_EXERCISES = ("", "statements", "instruments", "checks", "sorts", "scenarios")
_MARKUP = frozenset("<[!")


def sources_are_listed(pack: Pack) -> Iterator[Problem]:
    """V007: every citation has its source in the list; a source that nothing cites is a warning."""
    entries = pack.references.content.references
    known = {entry.key for entry in entries}
    cited: set[str] = set(pack.manifest.content.evidence.based_on)
    for position, key in enumerate(pack.manifest.content.evidence.based_on):
        if key not in known:
            yield pack.manifest.problem("V007", f"{key}: no such reference", "evidence", "based_on", position)
    for locale in pack.locales.values():
        for snippet in snippets_of(locale):
            for below, key in _citations(snippet):
                cited.add(key)
                if key not in known:
                    yield snippet.problem("V007", f"{key}: no such reference", below=below)
    for position, entry in enumerate(entries):
        if entry.key not in cited:
            yield Problem(
                path=pack.references.path,
                line=pack.references.line("references", position),
                code="V007",
                message=f"{entry.key}: nothing cites this reference",
                level=Level.WARNING,
            )


def placeholders_survive_translation(pack: Pack) -> Iterator[Problem]:
    """V014: plurals can be read, and a translation has the placeholders of what it translates."""
    wanted: dict[object, frozenset[str]] = {}
    for locale in [pack.default, *(other for other in pack.locales.values() if other is not pack.default)]:
        for snippet in snippets_of(locale):
            try:
                names = placeholders(snippet.text)
            except MessageMistake as mistake:
                yield snippet.problem("V014", str(mistake))
                continue
            expected = wanted.setdefault((snippet.file, snippet.name), names)
            if names != expected:
                there, here = (", ".join(sorted(found)) or "none" for found in (expected, names))
                yield snippet.problem("V014", f"the placeholders are {here}, not {there}")


def markup_is_safe(pack: Pack) -> Iterator[Problem]:
    """V015: no HTML in the text, links lead to https, pictures have a text instead."""
    reader = MarkdownIt("commonmark", {"html": True})
    reader.validateLink = lambda url: True  # type: ignore[method-assign]  # we want to see bad links, not drop them
    for locale in pack.locales.values():
        for snippet in snippets_of(locale):
            if _MARKUP.intersection(snippet.text):
                for below, message in dict.fromkeys(_markup(reader.parse(snippet.text), 0)):
                    yield snippet.problem("V015", message, below=below)


def texts_are_readable(pack: Pack) -> Iterator[Problem]:
    """V016: English pages are at or below grade 8, and no sentence has more than 25 words."""
    for locale in pack.locales.values():
        if locale.name.split("-")[0] == "en":
            yield from _hard_texts(locale)


def _citations(snippet: Snippet) -> list[tuple[int, str]]:
    if "refs" in snippet.name:
        return [(0, snippet.text)]
    return readability.citations(snippet.text) if "[@" in snippet.text else []


def _markup(tokens: Iterable[Token], line: int) -> Iterator[tuple[int, str]]:
    for token in tokens:
        here = token.map[0] if token.map else line
        if token.type in ("html_block", "html_inline"):
            yield here, "HTML is not used in texts"
        elif token.type == "link_open" and not str(token.attrs["href"]).startswith("https://"):
            yield here, f"a link must begin with https://: {token.attrs['href']}"
        elif token.type == "image" and not token.content.strip():
            yield here, "a picture needs a text for those who cannot see it"
        if token.children:
            yield from _markup(token.children, here)


def _hard_texts(locale: Locale) -> Iterator[Problem]:
    for page in locale.pages:
        for section in sections_of(page):
            yield from _hard([section], str(section.name[-1]), _HARDEST_PAGE)
    for prose in locale.prose:
        yield from _hard([whole(prose)], prose.name, _HARDEST_PAGE)
    for file in locale.files:
        if file.folder in _EXERCISES:
            yield from _hard([text for text in in_file(file) if text.is_prose], file.name, _HARDEST_EXERCISE)


def _hard(snippets: list[Snippet], name: str, hardest: int) -> Iterator[Problem]:
    written = [(snippet, sentence) for snippet in snippets for sentence in readability.sentences(snippet.text)]
    if sum(len(sentence) for _, sentence in written) >= _FEWEST_WORDS:
        grade = readability.grade([sentence for _, sentence in written])
        if grade > hardest:
            yield snippets[0].problem(
                "V016", f"{name}: reads like grade {grade:.1f}; {hardest} is the most", level=Level.WARNING
            )
    for snippet, sentences in groupby(written, key=lambda pair: pair[0]):
        for _, sentence in sentences:
            if len(sentence) > _LONGEST_SENTENCE:
                message = f'{name}: a sentence of {len(sentence)} words ("{" ".join(sentence[:5])} …")'
                below = _lines_above(snippet.text, sentence)
                yield snippet.problem("V016", message, below=below, level=Level.WARNING)


def _lines_above(text: str, sentence: list[str]) -> int:
    """Return how many lines of a text stand above a sentence, which is known by its first words."""
    found = re.search(r"\W+".join(map(re.escape, sentence[:5])), text)
    return text.count("\n", 0, found.start()) if found else 0

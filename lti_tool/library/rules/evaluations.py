"""The rule about evaluations: every item can be rated, and the page has all it says (V008, V013, V014)."""

from collections.abc import Iterator

from lti_tool.activities.evaluation import WORDS
from lti_tool.library.messages import MessageMistake, placeholders
from lti_tool.library.pack import Pack, PackFile
from lti_tool.library.problems import Problem
from lti_tool.library.schemas.exercises import Evaluation


def evaluations_can_be_sent(pack: Pack) -> Iterator[Problem]:
    """V008: items belong to a group with scales; V013: the page's sentences are there; V014: and can be filled."""
    kinds = {(each.entry.type, each.entry.opens) for page in pack.default.pages for each in page.activities}
    if ("evaluation", "now") not in kinds:
        return
    for file in pack.default.of(Evaluation):
        yield from _scales(file)
        yield from _sentences(file)


def _scales(file: PackFile[Evaluation]) -> Iterator[Problem]:
    content = file.content
    for name, scale in content.scales.items():
        if scale.question is None or scale.skip_label is None:
            yield file.problem("V008", f"{name}: the scale needs a question and a skip_label", "scales", name)
    for position, facet in enumerate(content.facets):
        unknown = [name for name in facet.rated if name not in content.scales]
        if unknown or not facet.rated:
            message = f"{facet.id}: there is no scale {unknown[0]}" if unknown else f"{facet.id}: rated on no scale"
            yield file.problem("V008", message, "facets", position)
    for position, item in enumerate(content.items):
        if item.facet is None:
            yield file.problem("V008", f"{item.id}: the item belongs to no facet", "items", position)


def _sentences(file: PackFile[Evaluation]) -> Iterator[Problem]:
    for name, known in WORDS.items():
        text = file.content.words.get(name)
        if text is None:
            yield file.problem("V013", f"there is no sentence {name}", "words")
        elif unknown := sorted(_places(text) - known):
            yield file.problem("V014", f"{name}: nothing fills {unknown[0]}", "words", name)


def _places(text: str) -> frozenset[str]:
    try:
        return placeholders(text)
    except MessageMistake:  # V014 says so elsewhere
        return frozenset()

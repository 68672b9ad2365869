"""Rules about instruments, knowledge checks and sorts (V008–V010, V012)."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from lti_tool.library.pack import Pack, PackFile
from lti_tool.library.problems import Problem
from lti_tool.library.schemas.base import Shape
from lti_tool.library.schemas.exercises import Check, Evaluation, Instrument, Question, Scale, SortFile
from lti_tool.library.schemas.page import InstrumentOptions, SortOptions
from lti_tool.mentoring.qualities import FAMILIES, NOTES

_COUNTS = {0: "no", 2: "two", 3: "three", 4: "four", 5: "five"}


def instruments_can_be_rated(pack: Pack) -> Iterator[Problem]:
    """V008: scales make sense, and every item speaks about something the pack knows."""
    for locale in pack.locales.values():
        for file in [*locale.of(Instrument), *locale.of(Evaluation)]:
            for name, scale in file.content.scales.items():
                yield from _scale(file, name, scale)
            yield from _items(pack, file)
            if file.content.scoring.method == "weighted_gap":
                yield from _areas_are_covered(pack, file)
    yield from _ratings_ask_one_question(pack)


def bands_cover_the_scale(pack: Pack) -> Iterator[Problem]:
    """V009: bands start at 0, ascend, and say something."""
    for locale in pack.locales.values():
        for file in locale.of(Instrument):
            bands = file.content.bands
            if bands and bands[0].from_ != 0:
                yield file.problem("V009", f"{bands[0].key}: the first band starts at 0", "bands", 0, "from")
            for position, band in enumerate(bands):
                if position and band.from_ <= bands[position - 1].from_:
                    yield file.problem("V009", f"{band.key}: bands ascend", "bands", position, "from")
                if not band.text:
                    yield file.problem("V009", f"{band.key}: the band has no text", "bands", position)


def checks_can_be_passed(pack: Pack) -> Iterator[Problem]:
    """V010: three to eight questions, two to five options, one of them correct, a note on each."""
    for locale in pack.locales.values():
        for file in locale.of(Check):
            count = len(file.content.questions)
            if not 3 <= count <= 8:
                yield file.problem("V010", f"{file.content.id}: {count} questions; 3 to 8 are needed", "questions")
            for position, question in enumerate(file.content.questions):
                yield from _question(file, position, question)


def sorts_can_be_solved(pack: Pack) -> Iterator[Problem]:
    """V012: every card has a pile or family that exists, and the piles can take the cards."""
    for locale in pack.locales.values():
        for file in locale.of(SortFile):
            yield from _cards(file)
            yield from _limits(file)
    for activity, file in used(pack, SortOptions, "sorts"):
        yield from _said_when_full_or_empty(file)
        yield from (_families(file) if file.content.families else _verdicts(activity, file))


def _scale(file: PackFile[Instrument], name: str, scale: Scale) -> Iterator[Problem]:
    if scale.min >= scale.max:
        yield file.problem("V008", f"{name}: min must be below max", "scales", name, "min")
    elif len(scale.anchors) != scale.max - scale.min + 1:
        wanted = scale.max - scale.min + 1
        yield file.problem(
            "V008", f"{name}: {len(scale.anchors)} anchors for {wanted} values", "scales", name, "anchors"
        )


def _items(pack: Pack, file: PackFile[Instrument]) -> Iterator[Problem]:
    manifest = pack.manifest.content
    known = {
        "area": {area.id for area in manifest.areas},
        "facet": {facet.id for facet in file.content.facets},
        "objective": set(manifest.objectives),
    }
    for position, item in enumerate(file.content.items):
        named = {about: getattr(item, about) for about in known if getattr(item, about) is not None}
        if not named:
            yield file.problem("V008", f"{item.id}: the item names no area, facet or objective", "items", position)
        for about, name in named.items():
            if name not in known[about]:
                yield file.problem("V008", f"{item.id}: there is no {about} {name}", "items", position, about)


def _areas_are_covered(pack: Pack, file: PackFile[Any]) -> Iterator[Problem]:
    counts = Counter(item.area for item in file.content.items)
    for area in pack.manifest.content.areas:
        if not 2 <= counts[area.id] <= 8:
            yield file.problem("V008", f"{area.id}: {counts[area.id]} items; an area needs 2 to 8", "items")


def _ratings_ask_one_question(pack: Pack) -> Iterator[Problem]:
    for activity, file in used(pack, InstrumentOptions, "instruments", "rating_set"):
        scales = list(file.content.scales.values())
        if len(scales) != 1 or scales[0].question is None or scales[0].skip_label is None:
            yield file.problem("V008", f"{activity} needs one scale with a question and a skip_label", "scales")
        if file.content.scoring.method == "mean":
            yield from _facets_can_be_compared(file)


def _facets_can_be_compared(file: PackFile[Instrument]) -> Iterator[Problem]:
    for position, facet in enumerate(file.content.facets):
        if not facet.tip:
            yield file.problem("V008", f"{facet.id}: the facet has no tip", "facets", position)
    for position, item in enumerate(file.content.items):
        if item.facet is None:
            yield file.problem("V008", f"{item.id}: the item has no facet", "items", position)
    if "even" not in {note.key for note in file.content.notes}:
        yield file.problem("V008", "there is no note even", "notes")


def _question(file: PackFile[Check], position: int, question: Question) -> Iterator[Problem]:
    at = ("questions", position)
    if not 2 <= len(question.options) <= 5:
        yield file.problem("V010", f"{question.id}: {len(question.options)} options; 2 to 5 are needed", *at)
    correct = sum(option.correct for option in question.options)
    if correct != 1:
        yield file.problem("V010", f"{question.id}: {_COUNTS.get(correct, correct)} correct options", *at)
    for number, option in enumerate(question.options):
        if not option.note:
            yield file.problem("V010", f"{question.id}: option {option.id} has no note", *at, "options", number)


def _cards(file: PackFile[SortFile]) -> Iterator[Problem]:
    piles = {pile.id for pile in file.content.piles}
    families = {family.id for family in file.content.families}
    for position, card in enumerate(file.content.cards):
        if card.pile is None and card.family is None:
            yield file.problem("V012", f"{card.id}: the card has no pile and no family", "cards", position)
        for pile in [*([card.pile] if card.pile else []), *card.also]:
            if pile not in piles:
                yield file.problem("V012", f"{card.id}: there is no pile {pile}", "cards", position)
        if card.family is not None and card.family not in families:
            yield file.problem("V012", f"{card.id}: there is no family {card.family}", "cards", position, "family")


def _verdicts(activity: str, file: PackFile[SortFile]) -> Iterator[Problem]:
    """Say what a deck lacks whose cards belong to piles."""
    if file.content.summary is None:
        yield file.problem("V012", f"{activity} shows a summary, and there is none")
    for position, card in enumerate(file.content.cards):
        if not card.pile or not card.feedback:
            yield file.problem("V012", f"{card.id}: {activity} needs a pile and feedback", "cards", position)


def _families(file: PackFile[SortFile]) -> Iterator[Problem]:
    """Say what a deck lacks whose cards count for families."""
    families = {family.id for family in file.content.families}
    if families != set(FAMILIES):
        yield file.problem("V012", f"the families must be {', '.join(FAMILIES)}", "families")
    keys = {note.key for note in file.content.notes}
    for key in NOTES:
        if key not in keys:
            yield file.problem("V012", f"there is no note {key}", "notes")
    if file.content.no_priority is None:
        yield file.problem("V012", "no_priority must say what stands for a priority that is not named")
    if file.content.piles[0].min < 1:
        yield file.problem("V012", f"{file.content.piles[0].id}: the first pile needs a card at least", "piles", 0)
    for position, card in enumerate(file.content.cards):
        if not card.family or not card.notice:
            yield file.problem("V012", f"{card.id}: the card needs a family and a notice", "cards", position)


def _said_when_full_or_empty(file: PackFile[SortFile]) -> Iterator[Problem]:
    for position, pile in enumerate(file.content.piles):
        if (pile.min and not pile.too_few) or (pile.max is not None and not pile.too_many):
            yield file.problem("V012", f"{pile.id}: a limit needs too_few or too_many", "piles", position)


def _limits(file: PackFile[SortFile]) -> Iterator[Problem]:
    piles, cards = file.content.piles, len(file.content.cards)
    for position, pile in enumerate(piles):
        if pile.max is not None and pile.max < pile.min:
            yield file.problem("V012", f"{pile.id}: max is below min", "piles", position, "max")
            return
    if sum(pile.min for pile in piles) > cards:
        yield file.problem("V012", f"the piles want more than {cards} cards", "piles")
    most = [pile.max for pile in piles if pile.max is not None]
    if len(most) == len(piles) and sum(most) < cards:
        yield file.problem("V012", f"the piles cannot take {cards} cards", "piles")


def used(pack: Pack, options: type[Shape], folder: str, kind: str | None = None) -> Iterator[tuple[str, PackFile[Any]]]:
    """Yield the files that this release opens, with the activity's id."""
    for page in pack.default.pages:
        for activity in page.activities:
            entry = activity.entry
            if isinstance(activity.options, options) and entry.opens == "now" and kind in (None, entry.type):
                (reference,) = activity.options.model_dump().values()
                file = pack.default.find(folder, reference)
                if file is not None:
                    yield entry.id, file

"""What an activity is, and what each kind of activity can do."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol, TypeAlias, TypeVar

from markupsafe import Markup
from wtforms import Field, ValidationError
from wtforms.form import BaseForm

from lti_tool.activities.paper import Paper
from lti_tool.errors import ToolError
from lti_tool.language import gettext as _
from lti_tool.language import mark

Value: TypeAlias = dict[str, Any]
"""What is kept of one answer: plain JSON, its shape known to the kind alone."""

FormData: TypeAlias = Any
"""What WTForms reads a posted form from: anything with ``getlist``."""

CHOOSE_AN_OFFERED_ANSWER = mark("Choose one of the answers offered.")
NO_SUCH_BUTTON = mark("This page has no such button. Load it again, then press.")
NO_SUCH_QUESTION = mark("This page has no such question. Load it again, then answer.")
OWN_NEED = mark("A need of your own")
"""What stands among the areas for the need that a learner names, where it has no name."""
MOST_ERRORS = 20
"""No page lists more: a form that is wrong all over is not ours."""
SHOWN_OF_A_FIELD = 64
"""A field nobody asked for comes back in an error, but not at any length."""

Content = TypeVar("Content")


class AnswerRefused(ToolError):
    """Fields of an answer cannot be accepted; ``errors`` says for each what to do, in the learner's language."""

    status = 422
    code = "answer-refused"
    message = mark("Something in this answer needs another look.")
    remedy = mark("Check the lines that are marked, then save again.")

    def __init__(self, errors: Mapping[str, str]) -> None:
        # The names of the fields are safe in a log; what was typed into them is not, and is left out.
        super().__init__(", ".join(errors))
        self.errors = dict(errors)


class BadAnswer(AnswerRefused):
    """A field that the activity does not have, or a value that it does not offer."""

    code = "answer-not-offered"


class Incomplete(AnswerRefused):
    """Well-formed, but not enough to finish."""

    code = "answer-incomplete"
    message = mark("This activity is not finished yet.")
    remedy = mark("Complete the lines that are marked. You may skip any rating.")


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A published source: ``short`` as cited in a text, ``text`` as in a list of references."""

    key: str
    short: str
    text: str
    url: str | None


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A piece of the workshop's text, ready for a page, with the sources it cites in order."""

    html: Markup
    references: tuple[Reference, ...]


@dataclass(frozen=True, kw_only=True)
class Area:
    """A support area; what is pooled about a sensitive one needs more people."""

    id: str
    label: str
    family: str
    """``career`` or ``psychosocial``."""
    is_sensitive: bool
    who_could_help: tuple[str, ...]
    first_step: str | None


@dataclass(frozen=True, kw_only=True)
class Wait:
    """What must be complete for how long before an activity opens."""

    module_id: str
    days: int


@dataclass(frozen=True, kw_only=True)
class Activity:
    """One thing to do in a workshop, worth ``points`` when done; it takes most people about ``minutes``."""

    id: str
    kind: str
    title: str
    module_id: str
    points: int
    minutes: int
    objectives: tuple[str, ...]
    audience: str
    """Who sees what the learner does here: ``private`` or ``group``."""
    opens_later: bool
    """Counts in the score and stands in the list, but a later version opens it."""
    required: bool
    after: Wait | None = None
    content: Any
    """The kind's own frozen dataclass; None while ``opens_later``."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """What an activity may know of its learner beside its own answer."""

    today: date
    """Where the learner is."""
    support_contacts: str = ""
    """Whom the institution names for those who need to talk to somebody now."""
    answers: Mapping[str, Value] = field(default_factory=dict)
    """Answers to other activities, by kind: those of the kinds that ``Kind.reads`` names, and no others."""

    def of(self, kind: str) -> Value:
        """Return the answer to the workshop's first activity of a kind, empty if there is none yet."""
        return self.answers.get(kind, {})


@dataclass(frozen=True, kw_only=True)
class Step:
    """What comes of a button: the value to keep, whether it finishes the activity, and where the learner goes on."""

    value: Value
    completes: bool = False
    screen: str = ""
    at: str = ""
    """The id of what is new on the page, such as a line that was added: the reader goes on there."""


class Source(Protocol):
    """Where a kind reads its content from when a workshop is loaded. The files have been checked before."""

    @property
    def locale(self) -> str:
        """Return the language that the workshop is read in."""

    @property
    def options(self) -> Mapping[str, Any]:
        """Return what the activity's own entry says beside title, points and minutes."""

    @property
    def features(self) -> frozenset[str]:
        """Return what this release has."""

    @property
    def areas(self) -> tuple[Area, ...]:
        """Return the support areas of the workshop, in order."""

    @property
    def pass_share(self) -> float:
        """Return which share of a check's questions must be right."""

    def passage(self, name: str) -> Passage:
        """Return a section of the module's page."""

    def file(self, name: str) -> Mapping[str, Any]:
        """Return a file of which a pack has one, such as ``map.yaml``."""

    def document(self, folder: str, name: str) -> Mapping[str, Any]:
        """Return a file of the pack by its folder and the id it declares (``needs@1`` names a major version)."""

    def inline(self, text: str) -> Markup:
        """Return one line of Markdown as HTML without a paragraph around it."""

    def cited(self, text: str) -> Passage:
        """Return a text of a file as HTML, with the sources it cites."""


class Kind(Protocol):
    """A kind of activity. On the wire an answer is one flat mapping from field to string, in forms as in autosave.

    An activity of several screens names them in ``screens``; its form then has one screen's fields at a time, and
    buttons ``go:<screen>`` lead from one to another. Buttons of its own (``do``) are what ``act`` knows.
    """

    name: str
    reads: tuple[str, ...] = ()
    """Kinds whose answers this one goes on from: ``Work`` holds these."""
    is_anonymous: bool = False
    """Whether what is sent is kept apart from the person: then there are no drafts, and nothing to look at later."""
    makes_paper: bool = False
    """Whether finished work is something to take along: ``paper`` makes it."""
    may_be_shared: bool = False
    """Whether a learner may show that paper to the teachers of the course."""
    shows: tuple[str, ...] = ()
    """Kinds whose answers may show through in a paper that is shared; all others stay with the learner."""

    def read(self, source: Source) -> object:
        """Return the content of one activity of this kind."""

    def screens(self, activity: Activity, value: Value, work: Work) -> tuple[str, ...]:
        """Return the names of its screens in order; none if all of it stands on one page."""
        return ()

    def resume(self, activity: Activity, value: Value, work: Work) -> str:
        """Return the screen to show when none is asked for: where the learner left off."""
        return next(iter(self.screens(activity, value, work)), "")

    def form(
        self, activity: Activity, value: Value, work: Work, screen: str = "", formdata: FormData = None
    ) -> BaseForm:
        """Return the form (of one screen), filled with the value, or with what was posted."""

    def fields(self, activity: Activity, value: Value) -> dict[str, str]:
        """Return the value as every field of the wire form, ``""`` where nothing is answered."""

    def keep(self, activity: Activity, fields: Mapping[str, str], before: Value, work: Work) -> Value:
        """Return the value after a draft; fields that were not sent stay as they were before.

        :raise BadAnswer: a field is unknown, or its value is not among those offered.
        """

    def act(self, activity: Activity, do: str, value: Value, work: Work) -> Step:
        """Return what comes of one of the kind's own buttons, such as ``choose:a``.

        :raise BadAnswer: it has no such button.
        """
        raise BadAnswer({"do": _(NO_SUCH_BUTTON)})

    def finish(self, activity: Activity, value: Value, before: Value, work: Work) -> Value:
        """Return the value as finished work, with what finishing adds to it.

        :raise Incomplete: something is still open.
        """

    def readable(self, activity: Activity, value: Value, work: Work) -> list[tuple[str, str]]:
        """Return the answer as rows of label and text, for the learner's own eyes."""

    def paper(self, activity: Activity, value: Value, work: Work, *, named: bool = True) -> Paper | None:
        """Return what the learner takes along of this, or None while there is nothing.

        ``named`` is false for eyes that may not know the people on a map: they become "Person 1", "Person 2".
        """
        return None

    def outcome(self, activity: Activity, value: Value, work: Work) -> object | None:
        """Return what the page has to say about the work so far, or None if it has nothing to say."""


def content_of(activity: Activity, kind: type[Content]) -> Content:
    """Return the activity's content as its kind knows it.

    :raise TypeError: the activity opens later, or is of another kind.
    """
    if not isinstance(activity.content, kind):
        raise TypeError(f"{activity.id} has no {kind.__name__} to show")
    return activity.content


def fill_form(questions: Mapping[str, Any], filled: Mapping[str, Any], formdata: FormData) -> BaseForm:
    """Return a form of these questions, filled with an answer or with what was posted.

    A ``Form`` class would make an attribute of each question, and an author may call one ``data``.
    """
    form = BaseForm(questions)
    form.process(formdata, data=dict(filled))
    return form


def answered(offered: Collection[str], missing: str) -> Callable[[BaseForm, Field], None]:
    """Return a form rule: something is chosen, and it is among what is offered; ``missing`` is only marked.

    Unlike the rules of WTForms it leaves no ``required`` in the page: a browser would then stop even the button
    that only saves, with a bubble of its own instead of our list of what is open.
    """

    def check(form: BaseForm, field: Field) -> None:
        given = field.raw_data[0] if field.raw_data else ""
        if given not in offered:
            raise ValidationError(_(CHOOSE_AN_OFFERED_ANSWER if given else missing))

    return check


def refuse_unknown(fields: Mapping[str, str], offered: Mapping[str, Collection[str]]) -> None:
    """Refuse a field that is not offered, or a value that is not among those offered for it.

    :raise BadAnswer: with a sentence for each such field.
    """
    errors: dict[str, str] = {}
    for name, given in fields.items():
        if name not in offered:
            errors[str(name)[:SHOWN_OF_A_FIELD]] = _(NO_SUCH_QUESTION)
        elif not isinstance(given, str) or given not in offered[name]:
            errors[name] = _(CHOOSE_AN_OFFERED_ANSWER)
        if len(errors) == MOST_ERRORS:
            break
    if errors:
        raise BadAnswer(errors)

"""Discussion: a text for the group, with or without a name, or the word that it was talked about elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass

from wtforms import BooleanField, RadioField, TextAreaField
from wtforms.form import BaseForm

from lti_tool.activities.base import (
    NO_SUCH_BUTTON,
    Activity,
    BadAnswer,
    FormData,
    Incomplete,
    Kind,
    Source,
    Step,
    Value,
    Work,
    content_of,
    fill_form,
    refuse_unknown,
)
from lti_tool.language import gettext as _
from lti_tool.language import mark, ngettext
from lti_tool.mentoring.discussion import LIVE, NAMED, POSTED, UNNAMED, Posted, posted_of
from lti_tool.mentoring.words import count_words

PROMPT, TEXT, HOW, OFFLINE, FINISHED = "prompt", "text", "how", "offline", "finished"
YES = "yes"
TAKE_BACK = "take_back"
LONGEST = 4_000
"""Characters of a post: somebody reads it on a phone."""
WAYS: Mapping[str, str] = {
    NAMED: mark("With my name"),
    UNNAMED: mark("Without my name"),
    LIVE: mark("Not here: only in the live session"),
}


@dataclass(frozen=True, kw_only=True)
class Prompts:
    """The questions, by id, the group's own first; and how many words make a post."""

    questions: tuple[tuple[str, str], ...]
    min_words: int


@dataclass(frozen=True, kw_only=True)
class Shared:
    """What the page says once the work is finished: what the group can read of it, if it can read something."""

    posted: Posted | None


class Discussion(Kind):
    """Complete with a post, or with the tick that it was discussed with someone."""

    name = "discussion"

    def read(self, source: Source) -> Prompts:
        """Return the sections of the module's page that ``prompts`` names."""
        names = source.options["prompts"]
        questions = tuple((name, source.passage(name).html.striptags()) for name in names)
        return Prompts(questions=questions, min_words=source.options["min_words"])

    def form(
        self, activity: Activity, value: Value, work: Work, screen: str = "", formdata: FormData = None
    ) -> BaseForm:
        """Return the questions with the first chosen, the text, the ways to share it, and the box."""
        questions = content_of(activity, Prompts).questions
        ways = {name: _(label) for name, label in WAYS.items()}
        form = {
            PROMPT: RadioField(_("Your question"), choices=dict(questions), validate_choice=False),
            TEXT: TextAreaField(_("Your answer")),
            HOW: RadioField(_("How do you want to share it?"), choices=ways, validate_choice=False),
            OFFLINE: BooleanField(false_values=(False, "false", ""), render_kw={"value": YES}),
        }
        first = questions[0][0]
        filled = {**self.fields(activity, value), OFFLINE: bool(value.get(OFFLINE))}
        return fill_form(form, filled | {PROMPT: value.get(PROMPT) or first}, formdata)

    def fields(self, activity: Activity, value: Value) -> dict[str, str]:
        """Return the question, the text, the way to share it, and the box: ``yes`` or ``""``."""
        texts = {name: str(value.get(name, "")) for name in (PROMPT, TEXT, HOW)}
        return texts | {OFFLINE: YES if value.get(OFFLINE) else ""}

    def keep(self, activity: Activity, fields: Mapping[str, str], before: Value, work: Work) -> Value:
        """Return the draft; what is posted stays as it is. A browser sends nothing for an empty box: that means no."""
        given = {name: text for name, text in fields.items() if name != TEXT}
        asked = dict(content_of(activity, Prompts).questions)
        refuse_unknown(given, {PROMPT: ("", *asked), HOW: ("", *WAYS), OFFLINE: ("", YES)})
        text = fields.get(TEXT, before.get(TEXT, ""))
        if not isinstance(text, str) or len(text) > LONGEST:
            raise BadAnswer({TEXT: _("Keep it below %(most)s characters.", most=LONGEST)})
        after = {name: given.get(name, before.get(name, "")) for name in (PROMPT, HOW)}
        draft = after | {TEXT: text, OFFLINE: given.get(OFFLINE) == YES}
        stays = {name: before[name] for name in (FINISHED, POSTED) if name in before}
        return {name: kept for name, kept in draft.items() if kept} | stays

    def act(self, activity: Activity, do: str, value: Value, work: Work) -> Step:
        """Take the post back from the group (``take_back``); its text stays as a draft."""
        if do != TAKE_BACK:
            raise BadAnswer({"do": _(NO_SUCH_BUTTON)})
        return Step(value={name: kept for name, kept in value.items() if name != POSTED})

    def finish(self, activity: Activity, value: Value, before: Value, work: Work) -> Value:
        """Return the value with what goes to the group in it, if it is to go there.

        :raise Incomplete: too few words for a post, or neither a post nor the tick.
        """
        prompts = content_of(activity, Prompts)
        text, how = value.get(TEXT, ""), value.get(HOW, "")
        done = {name: kept for name, kept in value.items() if name != POSTED} | {FINISHED: True}
        if how in (NAMED, UNNAMED) and (text.strip() or not value.get(OFFLINE)):
            _refuse_few_words(text, prompts.min_words)
            return done | {POSTED: {PROMPT: value.get(PROMPT) or prompts.questions[0][0], TEXT: text, HOW: how}}
        if not value.get(OFFLINE):
            if how == LIVE:
                raise Incomplete({OFFLINE: _("Tick this once you have talked about it.")})
            raise Incomplete({HOW: _("Choose how to share it, or tick that you discussed it with someone.")})
        return done

    def readable(self, activity: Activity, value: Value, work: Work) -> list[tuple[str, str]]:
        """Return the draft with its question, what the group can read, and whether it was discussed elsewhere."""
        questions = dict(content_of(activity, Prompts).questions)
        posted = posted_of(value)
        rows = [(questions.get(value.get(PROMPT, ""), _("Your answer")), value[TEXT])] if value.get(TEXT) else []
        if posted:
            rows.append((_("Posted with your name") if posted.is_named else _("Posted without your name"), posted.text))
        return [*rows, (_("Discussed with someone"), _("Yes"))] if value.get(OFFLINE) else rows

    def outcome(self, activity: Activity, value: Value, work: Work) -> Shared | None:
        """Return what the group can read, once the work is finished."""
        return Shared(posted=posted_of(value)) if value.get(FINISHED) else None


def _refuse_few_words(text: str, wanted: int) -> None:
    written = count_words(text)
    if written < wanted:
        few = ngettext(
            "Write at least %(num)s word to post it (so far %(written)s).",
            "Write at least %(num)s words to post it (so far %(written)s).",
            wanted,
            written=written,
        )
        raise Incomplete({TEXT: few})

"""``lti-tool keys rotate --encryption``: everything sealed opens with the first key alone afterwards."""

import base64
import json
import secrets

import pytest
from click.testing import CliRunner
from sqlalchemy import LargeBinary, func, select, update
from stage import ENCRYPTION_KEYS, SECRET_KEY

from lti_tool.cli import commands
from lti_tool.db import Base
from lti_tool.models import Answer, AnswerRevision, Evaluation, Member, Platform, PlatformChange
from lti_tool.seal import FORMAT, Sealer
from lti_tool.services import evaluations, progress, sealing, signing_keys
from lti_tool.services.evaluations import CourseOf
from lti_tool.services.progress import Author
from lti_tool.settings import Settings, read_keys

NEW = "new:" + base64.b64encode(secrets.token_bytes(32)).decode()
TOKEN_PLACE = "registration"


@pytest.fixture
def learned(stage, monkeypatch):
    """A stage where somebody has written, and the operator has put a new key first."""
    browser = stage.browser()
    browser.launch("mai")
    browser.finish_first_module()
    browser.finish("m0.start", **dict.fromkeys(("st1", "st2", "st3"), "5"))
    browser.finish("m4.eval", ev01="5")
    with stage.database.transaction() as session:
        platform = session.scalars(select(Platform)).first()
        token = Sealer(stage.settings.encryption_keys).seal(b"token", TOKEN_PLACE, platform.issuer, platform.client_id)
        platform.sealed_management_token = token
        session.add(
            PlatformChange(
                platform_id=platform.id, wanted={}, sealed_management_token=token, created_at=platform.created_at
            )
        )
    values = {"BASE_URL": "http://localhost", "DATABASE_URL": stage.settings.database_url, "SECRET_KEY": SECRET_KEY}
    for name, value in {**values, "ENCRYPTION_KEYS": f"{NEW},{ENCRYPTION_KEYS}"}.items():
        monkeypatch.setenv(f"LTI_TOOL_{name}", value)
    return stage


def rotate(*options):
    return CliRunner().invoke(commands, ["keys", "rotate", "--encryption", *options])


def count(stage, model, *conditions):
    with stage.database.reading() as session:
        return session.scalar(select(func.count()).select_from(model).filter(*conditions))


def opened(stage, sealer):
    """Return what the learner wrote, and the signing key, as this sealer opens them."""
    workshop = stage.tool.workshop("fundamentals")
    with stage.database.reading() as session:
        member = session.scalars(select(Member)).one()
        author = Author(institution_id=session.scalar(select(Platform.institution_id)), member_id=member.id)
        stored = progress.load_all(session, sealer, author, workshop)
        key = signing_keys.current(session, sealer).private_pem
        texts = [
            sealer.open(each.sealed, *_place(author, each, session)) for each in session.scalars(select(AnswerRevision))
        ]
        said = session.scalars(select(Evaluation)).one()
        course = CourseOf(institution_id=author.institution_id, course_id=said.course_id, workshop_id=workshop.id)
        texts += [each.answers for each in evaluations.responses(session, sealer, course)]
        changed = session.scalars(select(PlatformChange)).one()
        sealed = (changed.platform.sealed_management_token, changed.sealed_management_token)
        of = changed.platform
        tokens = [sealer.open(token, TOKEN_PLACE, of.issuer, of.client_id) for token in sealed]
    return {name: each.value for name, each in stored.items()}, key, texts, tokens


def _place(author, revision, session):
    answer = session.get_one(Answer, revision.answer_id)
    return "answer", author.institution_id, author.member_id, answer.workshop_id, answer.activity_id


def test_afterwards_the_first_key_alone_opens_everything(learned):
    before = opened(learned, Sealer(learned.settings.encryption_keys))

    done = rotate("--json")

    counts = json.loads(done.stdout)
    assert done.exit_code == 0
    assert counts.pop("key") == "new"
    assert {name: each["sealed"] for name, each in counts.items()} == {
        "signing keys": 2,
        "answers": 5,
        "earlier texts": count(learned, AnswerRevision),
        "posts": 0,
        "reasons for hiding a post": 0,
        "evaluations": 1,
        "registrations": 1,
        "changes of registrations": 1,
    }
    assert count(learned, AnswerRevision) > 0
    assert opened(learned, Sealer(read_keys(NEW))) == before


def test_to_run_it_again_does_nothing(learned):
    rotate()

    again = json.loads(rotate("--json").stdout)

    assert {each["sealed"] for name, each in again.items() if name != "key"} == {0}


def test_what_was_done_before_it_was_stopped_is_not_done_again(learned, monkeypatch):
    monkeypatch.setattr(sealing, "BATCH", 1)
    settings = Settings.load()
    answers = next(kind for kind in sealing.KINDS if kind.name == "answers")
    with learned.database.transaction() as session:
        first = sealing.seal_anew(session, Sealer(settings.encryption_keys), "new", answers)

    rest = json.loads(rotate("--json").stdout)

    assert (first.sealed, rest["answers"]["sealed"]) == (1, 4)


def test_an_answer_that_was_deleted_stays_deleted(learned):
    with learned.database.transaction() as session:
        session.execute(update(Answer).values(sealed=None))

    done = rotate("--json")

    assert json.loads(done.stdout)["answers"]["sealed"] == 0
    assert count(learned, Answer, Answer.sealed.is_not(None)) == 0


def test_what_no_key_opens_stays_and_is_said(learned):
    with learned.database.transaction() as session:
        answer = session.scalars(select(Answer).limit(1)).one()
        answer.sealed = FORMAT + b"\x04gone" + b"x" * 40
        broken = answer.id

    done = rotate()

    assert done.exit_code == 1
    assert "1 could not be opened with any key of LTI_TOOL_ENCRYPTION_KEYS and stay." in done.stderr
    assert "answers: 4 sealed anew with the key new" in done.stdout
    assert count(learned, Answer, Answer.id == broken, Answer.sealed.is_not(None)) == 1


def test_every_sealed_column_of_the_house_is_known_to_the_command():
    sealed = {
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary) and column.name.startswith("sealed")
    }

    known = {(kind.sealed_column.class_.__tablename__, kind.sealed_column.key) for kind in sealing.KINDS}

    assert sealed - known == set()

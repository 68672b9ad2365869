"""docs/write-a-workshop.md lists every rule of content packs, docs/privacy.md every table about people."""

import re

from documents import ROOT, rows

import lti_tool.models  # noqa: F401 - fills the metadata
from lti_tool.db import Base
from lti_tool.library.check import check_pack
from lti_tool.library.loader import load_workshop
from lti_tool.library.schemas.page import OPTIONS


def test_every_rule_of_a_content_pack_is_listed():
    source = "".join(path.read_text() for path in (ROOT / "lti_tool/library").rglob("*.py"))
    rules = set(re.findall(r"\bV\d{3}\b", source))

    listed = {row[0] for row in rows("docs/write-a-workshop.md", "## The rules")}

    assert listed == rules


def test_the_workshop_that_the_page_writes_is_sound_and_complete(tmp_path):
    text = (ROOT / "docs/write-a-workshop.md").read_text()
    files = re.findall(r"^\*\*(good_notes/[^*]+)\*\*.*?^```\w+\n(.*?)^```", text, re.S | re.M)

    for name, content in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")

    assert len(files) == 5
    assert check_pack(tmp_path / "good_notes", release=True) == []
    assert [each.id for each in load_workshop(tmp_path / "good_notes").activities] == ["start.read", "start.write"]


def test_every_kind_of_activity_is_listed_with_its_keys():
    table = rows("docs/write-a-workshop.md", "## The kinds")

    listed = {kind: set(re.findall(r"`(\w+)`", row[2])) for row in table for kind in re.findall(r"`(\w+)`", row[0])}

    keys = {kind: {each.alias or name for name, each in shape.model_fields.items()} for kind, shape in OPTIONS.items()}
    assert listed == keys


def test_every_table_that_says_something_about_a_person_is_listed():
    about = {"person"}
    for _ in Base.metadata.tables:
        about |= {
            table.name
            for table in Base.metadata.tables.values()
            if any(key.column.table.name in about for key in table.foreign_keys)
        }

    listed = {row[0].strip("`") for row in rows("docs/privacy.md", "## What is kept")}

    assert listed == about

"""docs/write-a-workshop.md lists every rule of content packs, docs/privacy.md every table about people."""

import re

from documents import ROOT, rows

import lti_tool.models  # noqa: F401 - fills the metadata
from lti_tool.db import Base


def test_every_rule_of_a_content_pack_is_listed():
    source = "".join(path.read_text() for path in (ROOT / "lti_tool/library").rglob("*.py"))
    rules = set(re.findall(r"\bV\d{3}\b", source))

    listed = {row[0] for row in rows("docs/write-a-workshop.md", "## The rules")}

    assert listed == rules


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

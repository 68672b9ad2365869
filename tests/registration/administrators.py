"""An administrator of a platform: gets invitations, opens registration pages, presses their buttons."""

from typing import Any

from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select
from stage import SAME_ORIGIN, SUPPORT, Wire, inspect
from werkzeug.test import Client, TestResponse

from lti_tool.db import Base, Database
from lti_tool.services import registrations

BASE_URL = "http://localhost:8000"


class Administrator:
    """Opens registration addresses of one tool, and presses buttons there."""

    def __init__(self, app: Flask, port: int, base_url: str = BASE_URL) -> None:
        self.app, self.base_url = app, base_url
        self.client = Client(Wire(f"http://127.0.0.1:{port}"), app.response_class)
        self.database: Database = app.extensions["tool"].database

    def invited(self, institution: str = "Test Hospital") -> str:
        """Return the path of a fresh invitation."""
        with self.database.transaction() as session:
            code, _ = registrations.invite(session, institution, SUPPORT)
        return f"/lti/register/{code}"

    def get(self, path: str, **query: str) -> TestResponse:
        """Open a page."""
        return self.client.get(path, base_url=self.base_url, query_string=query or None)

    def press(self, page: TestResponse, **headers: str) -> TestResponse:
        """Press the one button of a confirmation page."""
        action, fields = form_of(page)
        return self.client.post(action, base_url=self.base_url, data=fields, headers={**SAME_ORIGIN, **headers})

    def everything(self) -> str:
        """Return all that the database holds, as text."""
        with self.database.reading() as session:
            rows = [session.execute(select(table)).all() for table in Base.metadata.sorted_tables]
        return repr(rows)

    def all_of(self, model: Any) -> list[Any]:
        """Return all rows of a table, in their order."""
        with self.database.reading() as session:
            return list(session.scalars(select(model).order_by(model.id)))


def form_of(page: TestResponse) -> tuple[str, dict[str, str]]:
    """Return where a page's form goes, and its hidden fields."""
    assert page.status_code == 200, page.text
    form = inspect(page.text, "confirmation").tree.xpath("//main//form")[0]
    return form.get("action"), {field.name: field.value for field in form.xpath(".//input[@type='hidden']")}


def words(page: TestResponse) -> str:
    """Return a page's text on one line."""
    return " ".join(BeautifulSoup(page.text, "lxml").get_text(" ").split())

"""Days to remember as calendar entries."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from icalendar import Alarm, Calendar
from icalendar import Event as Entry

from lti_tool.activities.paper import Event

MEDIA_TYPE = "text/calendar; charset=utf-8"


def as_ics(events: Iterable[Event], *, version: int, made_at: datetime) -> bytes:
    """Return the events as an iCalendar file of whole days, each with a reminder in the morning.

    ``version`` is that of the answer behind them: a calendar that has an entry already takes the newer one
    (RFC 5545, 3.8.7.4).
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Three Steps//EN")
    calendar.add("version", "2.0")
    for event in events:
        calendar.add_component(_entry(event, version, made_at))
    return bytes(calendar.to_ical())


def _entry(event: Event, version: int, made_at: datetime) -> Entry:
    entry = Entry()
    entry.add("uid", event.uid)
    entry.add("sequence", version)
    entry.add("dtstamp", made_at)
    entry.add("dtstart", event.on)  # a day without an end is one whole day (RFC 5545, 3.6.1), the last of all included
    entry.add("summary", event.title)
    if event.text:
        entry.add("description", event.text)
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", event.title)
    alarm.add("trigger", timedelta(hours=9))
    entry.add_component(alarm)
    return entry

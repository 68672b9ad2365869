"""The map on the wire: flat fields such as ``p1-label`` to and from the people and ties that are kept.

``people`` names who is on the page: who is not in it any more was removed. Boxes that are not ticked are not sent by
browsers; a hidden field beside each group of them (``p1-areas``, ``ties-asked``, ``few-asked``) says that it was shown.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, Final

from lti_tool.activities.base import BadAnswer, Value, refuse_unknown
from lti_tool.activities.network_content import DETAILS, MapContent
from lti_tool.language import gettext as _
from lti_tool.mentoring.network import CURRENT, MOST_PEOPLE, SELF, introduced_in_a_circle

ASKED: Final = "asked"
YES: Final = "yes"
DONE: Final = "done"
LONGEST_LABEL: Final = 40
LONGEST_NOTE: Final = 500
STARTERS: Final = 3
"""Lines to write on when the map is still empty."""
MENUS: Final = ("status", "closeness", "frequency", "role", *DETAILS)
_IDS: Final = re.compile(r"p[1-9][0-9]{0,3}")

Entry = dict[str, Any]


def people_of(value: Value) -> list[Entry]:
    """Return everybody on the map, with empty lines to begin with."""
    last = int(value.get("last", 0))
    return list(value.get("people") or [blank(f"p{last + number}") for number in range(1, STARTERS + 1)])


def blank(person_id: str) -> Entry:
    """Return an empty line."""
    empty = dict.fromkeys(("label", *MENUS, "introduced_by", "note"), "")
    return {"id": person_id, **empty, "status": CURRENT, "areas": []}


def pairs_of(people: Sequence[Entry]) -> list[tuple[str, str]]:
    """Return everybody who could know somebody: pairs of people with a label who help already."""
    known = [entry["id"] for entry in people if entry["label"] and entry["status"] == CURRENT]
    return list(combinations(known, 2))


def fields_of(content: MapContent, value: Value) -> dict[str, str]:
    """Return every field of the map."""
    people = people_of(value)
    ties = {frozenset(pair) for pair in value.get("ties", ())}
    fields = {"people": " ".join(entry["id"] for entry in people)}
    for entry in people:
        fields |= _fields_of_person(content, entry)
    fields |= {f"tie-{one}-{two}": YES if {one, two} in ties else "" for one, two in pairs_of(people)}
    return fields | {"ties": DONE if value.get("ties_done") else "", "few": YES if value.get("few") else ""}


def value_of(content: MapContent, fields: Mapping[str, str], before: Value) -> Value:
    """Return the map after these fields; what was not sent stays as it was.

    :raise BadAnswer: a field is unknown, or its value is not among those offered.
    """
    ids = _ids(fields, before)
    _refuse(content, fields, ids)
    known = {entry["id"]: entry for entry in people_of(before)}
    people = [_person(content, fields, known.get(each, blank(each)), ids) for each in ids]
    _refuse_circles(content, people)
    ties = _ties(fields, before, people)
    done = fields["ties"] == DONE if "ties" in fields else bool(before.get("ties_done"))
    return {
        "people": people,
        "ties": ties,
        "ties_done": done or bool(ties),
        "few": _ticked(fields, "few", asked="few-asked", before=bool(before.get("few"))),
        "seen": bool(before.get("seen")),
        "last": max([int(before.get("last", 0)), *(int(each[1:]) for each in ids)]),
    }


def _fields_of_person(content: MapContent, entry: Entry) -> dict[str, str]:
    name, areas = entry["id"], entry["areas"]
    fields = {f"{name}-{field}": entry[field] for field in ("label", *MENUS, "introduced_by", "note")}
    fields[f"{name}-main"] = areas[0] if areas else ""
    return fields | {f"{name}-area-{each}": YES if each in areas[1:] else "" for each in content.area_ids}


def _ids(fields: Mapping[str, str], before: Value) -> list[str]:
    """Return who is on the page, in the order of entry."""
    sent = fields.get("people")
    if sent is None:
        return [entry["id"] for entry in people_of(before)]
    ids = list(dict.fromkeys(sent.split())) if isinstance(sent, str) else ["?"]
    if len(ids) > MOST_PEOPLE or not all(_IDS.fullmatch(each) for each in ids):
        raise BadAnswer({"people": _("This page has no such people. Load it again, then answer.")})
    return sorted(ids, key=lambda each: int(each[1:]))


def _refuse(content: MapContent, fields: Mapping[str, str], ids: Sequence[str]) -> None:
    limits = {f"{each}-label": ("err_label", LONGEST_LABEL) for each in ids}
    limits |= {f"{each}-note": ("err_note", LONGEST_NOTE) for each in ids}
    chosen = {name: given for name, given in fields.items() if name not in limits and name != "people"}
    refuse_unknown(chosen, dict(_offered(content, ids)))
    errors = {
        name: content.words[sentence]
        for name, (sentence, most) in limits.items()
        if name in fields and not (isinstance(fields[name], str) and len(_tidy(fields[name])) <= most)
    }
    if errors:
        raise BadAnswer(errors)


def _offered(content: MapContent, ids: Sequence[str]) -> Iterator[tuple[str, Collection[str]]]:
    """Yield every field that is chosen, ticked or hidden, with what it may hold."""
    yield from {"few": ("", YES), "few-asked": (ASKED,), "ties": ("", DONE), "ties-asked": (ASKED,)}.items()
    yield from ((f"tie-{one}-{two}", ("", YES)) for one, two in combinations(ids, 2))
    menus = {name: ("", *(option.id for option in content.questions[name].options)) for name in MENUS}
    for each in ids:
        yield from ((f"{each}-{name}", offered) for name, offered in menus.items())
        yield f"{each}-introduced_by", ("", SELF, *(other for other in ids if other != each))
        yield f"{each}-main", ("", *content.area_ids)
        yield f"{each}-areas", (ASKED,)
        yield from ((f"{each}-area-{area}", ("", YES)) for area in content.area_ids)


def _person(content: MapContent, fields: Mapping[str, str], before: Entry, ids: Collection[str]) -> Entry:
    name = before["id"]
    after = {field: fields.get(f"{name}-{field}", before[field]) for field in (*MENUS, "introduced_by")}
    texts = {field: fields.get(f"{name}-{field}", before[field]) for field in ("label", "note")}
    return {
        "id": name,
        **after,
        "label": _tidy(texts["label"]),
        "note": texts["note"].strip(),
        "status": after["status"] or CURRENT,
        "introduced_by": after["introduced_by"] if after["introduced_by"] in (*ids, SELF) else "",
        "areas": _areas(content, fields, before),
    }


def _areas(content: MapContent, fields: Mapping[str, str], before: Entry) -> list[str]:
    """Return what somebody helps with, the main area first.

    Where only the main area is asked (in the table below the picture), the further ones stay as they were.
    """
    name, earlier = before["id"], before["areas"]
    main = fields.get(f"{name}-main", earlier[0] if earlier else "")
    boxes = [f"{name}-area-{area}" for area in content.area_ids]
    if f"{name}-areas" in fields or any(box in fields for box in boxes):
        further = [area for area, box in zip(content.area_ids, boxes, strict=True) if fields.get(box) == YES]
    else:
        further = earlier if main in earlier else earlier[1:]
    return [*([main] if main else []), *(area for area in further if area != main)]


def _ties(fields: Mapping[str, str], before: Value, people: Sequence[Entry]) -> list[list[str]]:
    pairs = pairs_of(people)
    if "ties-asked" in fields or any(name.startswith("tie-") for name in fields):
        return [[one, two] for one, two in pairs if fields.get(f"tie-{one}-{two}") == YES]
    earlier = {frozenset(pair) for pair in before.get("ties", ())}
    return [[one, two] for one, two in pairs if {one, two} in earlier]


def _ticked(fields: Mapping[str, str], name: str, *, asked: str, before: bool) -> bool:
    return fields.get(name) == YES if asked in fields or name in fields else before


def _refuse_circles(content: MapContent, people: Sequence[Entry]) -> None:
    introductions = {entry["id"]: entry["introduced_by"] for entry in people if entry["introduced_by"]}
    if circle := introduced_in_a_circle(introductions):
        raise BadAnswer({f"{each}-introduced_by": content.words["err_circle"] for each in circle})


def _tidy(text: str) -> str:
    return " ".join(text.split())

"""Rules about change: what has been released keeps its meaning within a major version (V019, and V002 for types)."""

from collections.abc import Iterator
from typing import Any

from lti_tool.library.pack import Pack, PackFile
from lti_tool.library.problems import Problem
from lti_tool.library.released import Released, ReleasedFile, ReleasedUnreadable, fingerprint_of, read_released
from lti_tool.library.schemas.base import major


def released_work_keeps_its_meaning(pack: Pack) -> Iterator[Problem]:
    """V019: removed ids and changed meanings need a major version; V002: an id never changes its type."""
    if pack.released is None:
        return
    try:
        released = read_released(pack.released)
    except ReleasedUnreadable as mistake:
        path = pack.manifest.path.replace("workshop.yaml", "released.json")
        yield Problem(path=path, line=1, code="V001", message=str(mistake))
        return
    yield from _types(pack, released)
    same_major = major(pack.manifest.content.version) == major(released.version)
    if same_major:
        yield from _activities(pack, released)
    for file in pack.default.files:
        if file.name in released.files:
            yield from _file(file, released.files[file.name], same_major=same_major)
    if same_major:
        there = {file.name for file in pack.default.files}
        for name in sorted(set(released.files) - there):
            yield _removed(pack, name)


def _types(pack: Pack, released: Released) -> Iterator[Problem]:
    for page in pack.default.pages:
        for activity in page.activities:
            before = released.activities.get(activity.entry.id)
            if before is not None and before.type != activity.entry.type:
                message = f"{activity.entry.id}: this id was released for {before.type}; take a new one"
                yield page.problem("V002", message, activity, "type")


def _activities(pack: Pack, released: Released) -> Iterator[Problem]:
    there = set()
    for page in pack.default.pages:
        for activity in page.activities:
            there.add(activity.entry.id)
            if activity.entry.id not in released.activities and not activity.entry.optional:
                message = f"{activity.entry.id}: a new required activity needs a major version"
                yield page.problem("V019", message, activity)
    for name in sorted(set(released.activities) - there):
        yield _removed(pack, name)


def _file(file: PackFile[Any], before: ReleasedFile, *, same_major: bool) -> Iterator[Problem]:
    own = getattr(file.content, "version", None)
    if own is not None and before.version is not None and major(own) == major(before.version):
        grown, whose = False, "of the file and of workshop.yaml"
    else:
        grown, whose = not same_major, "of workshop.yaml"
    if grown:
        return
    now = fingerprint_of(file)
    for name in sorted(set(before.parts) - set(now)):
        yield file.problem("V019", f"{name}: was released and is gone; that needs a major version {whose}")
    for name, (at, fingerprint) in now.items():
        if name in before.parts and before.parts[name] != fingerprint:
            message = f"{name}: changed since the release; that needs a major version {whose}"
            yield file.problem("V019", message, *at)


def _removed(pack: Pack, name: str) -> Problem:
    return pack.manifest.problem("V019", f"{name}: was released and is gone; that needs a major version", "version")

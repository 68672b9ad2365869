"""Publishing a version of a content pack."""

from pathlib import Path

from lti_tool.library.check import check_pack
from lti_tool.library.problems import Level, PackRefused
from lti_tool.library.reading import RELEASED, read_pack
from lti_tool.library.released import as_json, snapshot


def release(folder: Path) -> Path:
    """Write ``released.json``, with which later versions are compared, and return its path.

    :raise PackRefused: the pack has errors, or leaves activities for later. Nothing is written.
    """
    if errors := [problem for problem in check_pack(folder, release=True) if problem.level is Level.ERROR]:
        raise PackRefused(errors)
    path = folder / RELEASED
    path.write_text(as_json(snapshot(read_pack(folder))), encoding="utf-8")
    return path

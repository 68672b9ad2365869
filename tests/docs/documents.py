"""How the tests read our documents: their tables, their code spans, the repository's own files."""

import re
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "config").glob("*.md")])


def name(path: Path) -> str:
    """Return a file's path as a failing test should say it."""
    return str(path.relative_to(ROOT))


def rows(path: str, heading: str) -> list[list[str]]:
    """Return the cells of the table below a heading, without its head."""
    text = (ROOT / path).read_text().split(f"\n{heading}\n", 1)[1]
    section = re.split(r"\n#+ ", text, maxsplit=1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines[2:]]


def code_in(text: str) -> list[str]:
    """Return what stands in backticks or in fenced blocks, line by line."""
    blocks = re.findall(r"^```[^\n]*\n(.*?)^```", text, re.S | re.M)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.S | re.M))
    return [*spans, *(line for block in blocks for line in block.splitlines())]


@cache
def repository_files() -> tuple[Path, ...]:
    """Return every file of the repository, also those that are not committed yet."""
    # A clone may belong to another user than the one who runs the tests; git asks for a word about that.
    command = ["git", "-c", "safe.directory=*", "ls-files", "-co", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    return tuple(path for each in listed if (path := ROOT / each).is_file())

"""What the harness and the processes it started share: is dying allowed, how far is the clock off, whose turn is it."""

import fcntl
import mmap
import os
import random
import struct
from pathlib import Path
from typing import NoReturn

_OFFSET, _ARMED, _COUNT, _SIZE = 0, 8, 16, 24
_FAKETIME = (
    "/usr/lib/*-linux-gnu/faketime/libfaketimeMT.so.1",  # Debian and Ubuntu: apt install libfaketime
    "/usr/lib*/faketime/libfaketimeMT.so.1",
)


def faketime() -> Path | None:
    """Return the library that turns the clock of a whole process, if this machine has it."""
    found = [path for pattern in _FAKETIME for path in Path("/").glob(pattern[1:])]
    return found[0] if found else None


class Control:
    """A few bytes in a file that every process of one harness has before its eyes."""

    def __init__(self, folder: Path, seed: str) -> None:
        """Open it; the first to come makes it."""
        self.folder, self.seed = folder, seed
        folder.mkdir(parents=True, exist_ok=True)
        self._file = (folder / "control").open("a+b")
        if os.fstat(self._file.fileno()).st_size < _SIZE:
            self._file.truncate(_SIZE)
        self._memory = mmap.mmap(self._file.fileno(), _SIZE)

    def close(self) -> None:
        """Let go of the file."""
        self._memory.close()
        self._file.close()

    @property
    def offset(self) -> float:
        """How many seconds the tool's clock is ahead."""
        return float(struct.unpack_from("<d", self._memory, _OFFSET)[0])

    @offset.setter
    def offset(self, seconds: float) -> None:
        struct.pack_into("<d", self._memory, _OFFSET, seconds)
        if self.faketime_file.exists():
            fresh = self.folder / "faketime.new"
            fresh.write_text(f"{seconds:+.3f}\n")
            fresh.replace(self.faketime_file)

    @property
    def faketime_file(self) -> Path:
        """Where libfaketime reads the offset, if it is in use."""
        return self.folder / "faketime"

    @property
    def is_armed(self) -> bool:
        """Say whether a process whose turn has come dies."""
        return self._memory[_ARMED] == 1

    @is_armed.setter
    def is_armed(self, armed: bool) -> None:
        self._memory[_ARMED] = int(armed)

    def draw(self) -> random.Random:
        """Return chance for one more process: the first one's, the second one's, …, all from the seed."""
        fcntl.lockf(self._file, fcntl.LOCK_EX)
        (number,) = struct.unpack_from("<Q", self._memory, _COUNT)
        struct.pack_into("<Q", self._memory, _COUNT, number + 1)
        fcntl.lockf(self._file, fcntl.LOCK_UN)
        return random.Random(f"{self.seed}/{number}")

    def die(self, role: str, point: str) -> NoReturn:
        """End this process as a power cut would, and leave a note where it was."""
        self.note_death(role, point)
        os.kill(os.getpid(), 9)
        raise AssertionError("nobody survives this")

    def note_death(self, role: str, point: str) -> None:
        """Write down that a process of this role was killed at this point."""
        note = os.open(self.folder / "deaths", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(note, f"{role}: {point}\n".encode())
        os.close(note)

    def deaths(self) -> list[str]:
        """Return who died where, in order."""
        path = self.folder / "deaths"
        return path.read_text().splitlines() if path.exists() else []

"""The tool as it runs in a machine room: web server and workers, real processes that can be killed and come back."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Container, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

from torture_control import Control

from lti_tool.cli.serve import web_command
from lti_tool.settings import Settings

HERE = Path(__file__).resolve().parent


class Zygote:
    """The process that the others are forked from."""

    def __init__(self, control: Control, environment: Mapping[str, str], *, turns_clock: Path | None) -> None:
        """``turns_clock`` is the library that turns the clock of whole processes; without it only ours is turned."""
        self.control = control
        paths = [str(HERE), str(HERE.parent), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
        values = {**os.environ, **environment, "PYTHONPATH": os.pathsep.join(paths)}
        if turns_clock:
            values |= {"LD_PRELOAD": str(turns_clock), "FAKETIME_TIMESTAMP_FILE": str(control.faketime_file)}
            values |= {"FAKETIME_CACHE_DURATION": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        words = [sys.executable, str(HERE / "zygote.py"), str(control.folder), control.seed]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self._process = subprocess.Popen(words, env=values, text=True, **pipes)
        assert self._process.stdin
        assert self._process.stdout
        self._orders, self._news = self._process.stdin, self._process.stdout
        self._told = threading.Condition()
        self._heard: dict[str, int] = {}
        self.alive: set[int] = set()
        assert self._news.readline() == "ready\n", "the zygote did not come up"
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def start(self, role: str, words: list[str]) -> int:
        """Start a process of this role, which runs a Python module with arguments; return its number."""
        self._order(role=role, words=words, log=str(self.control.folder / f"{role}.log"))
        return self._hear("started")

    @contextmanager
    def rehearsing(self) -> Iterator[None]:
        """Have it be the web server itself in the block, and then deliver: those who are forked later know how."""
        self._order(role="rehearsal")
        self._hear("serving")
        yield
        self._order(role="end of rehearsal")
        self._hear("rehearsed")

    def stop(self) -> None:
        """End it, and everything that it started."""
        self._orders.close()
        self._process.wait(60)
        self._listener.join(60)
        self._news.close()

    def _order(self, **order: Any) -> None:
        self._orders.write(json.dumps(order) + "\n")
        self._orders.flush()

    def _hear(self, what: str) -> int:
        """Wait for an answer; return its number."""
        with self._told:
            assert self._told.wait_for(lambda: what in self._heard, 120), f"the zygote never says {what}"
            return self._heard.pop(what)

    def _listen(self) -> None:
        for line in self._news:
            what, pid = line.split()[:2]
            with self._told:
                if what == "ended":
                    self.alive.discard(int(pid))
                else:
                    self._heard[what] = int(pid)
                    self.alive |= {int(pid)} if what == "started" else set()
                self._told.notify_all()


class Machines:
    """One web server and some workers on one database, kept alive as a supervisor would."""

    def __init__(
        self,
        control: Control,
        settings: Settings,
        environment: Mapping[str, str],
        *,
        workers: int,
        turns_clock: Path | None = None,
    ) -> None:
        for role in ("web", "worker"):
            (control.folder / "pids" / role).mkdir(parents=True)
        if turns_clock:
            control.faketime_file.write_text("+0\n")
        self._control = control
        self._zygote = Zygote(control, environment, turns_clock=turns_clock)
        web = web_command(settings)[2:]
        self._wanted = [("web", web)] + [("worker", ["lti_tool", "work"])] * workers
        self._running: list[int | None] = [None] * len(self._wanted)

    @property
    def alive(self) -> set[int]:
        """The processes that were started here and live; not the web server's children."""
        return self._zygote.alive

    def rehearsing(self) -> AbstractContextManager[None]:
        """Return a block in which the tool is served, and after which what is due is delivered, by the zygote."""
        return self._zygote.rehearsing()

    def revive(self) -> bool:
        """Start again what has died; say whether there was any."""
        dead = [place for place, pid in enumerate(self._running) if pid not in self.alive]
        for place in dead:
            self._running[place] = self._zygote.start(*self._wanted[place])
        return bool(dead)

    def living(self, role: str) -> list[int]:
        """Return the processes of a role: the web server's children too."""
        folder = self._control.folder / "pids" / role
        found = []
        for path in folder.iterdir():
            if self._is_ours(int(path.name)):
                found.append(int(path.name))
            else:
                path.unlink()
        return sorted(found)

    def kill(self, role: str, chance: random.Random) -> None:
        """Kill one process of a role, wherever it is; of the web server not the parent, which starts the others."""
        if found := [pid for pid in self.living(role) if role == "worker" or pid not in self._running]:
            self._kill(chance.choice(found), role, "anywhere")

    def kill_everything(self) -> None:
        """A power cut: web server and workers at once."""
        for role in ("web", "worker"):
            for pid in self.living(role):
                self._kill(pid, role, "with all others")

    def pause(self, chance: random.Random, rather: Container[int]) -> int | None:
        """Let a worker stand still, as a machine does that is moved or swaps; return which, for ``resume``."""
        if not (found := self.living("worker")):
            return None
        pid = chance.choice([pid for pid in found if pid in rather] or found)
        self._signal(pid, signal.SIGSTOP)
        return pid

    def resume(self, pid: int) -> None:
        """Let it go on."""
        self._signal(pid, signal.SIGCONT)

    def stop(self) -> None:
        """End everything."""
        for role in ("web", "worker"):
            for pid in self.living(role):
                self._signal(pid, signal.SIGKILL)
        self._zygote.stop()

    def _kill(self, pid: int, role: str, point: str) -> None:
        if self._signal(pid, signal.SIGKILL):
            self._control.note_death(role, point)

    def _signal(self, pid: int, number: int) -> bool:
        """Send a signal to a process, if it is one of ours and alive."""
        with suppress(ProcessLookupError):
            if self._is_ours(pid):
                os.kill(pid, number)
                return True
        return False

    def _is_ours(self, pid: int) -> bool:
        """Say whether this number is still a process that we forked: the system gives numbers out again."""
        if not Path("/proc/self").exists():
            return pid in self._zygote.alive
        with suppress(OSError):
            return str(self._control.folder).encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
        return False

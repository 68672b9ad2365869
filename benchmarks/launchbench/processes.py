"""What a server's process tree has cost: CPU time and memory, read from /proc."""

import os
from dataclasses import dataclass
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
PROC = Path("/proc")


@dataclass(frozen=True)
class Usage:
    """A process tree at one moment; CPU counts its ended children too."""

    cpu_seconds: float
    processes: int
    rss_bytes: int
    pss_bytes: int
    peak_rss_bytes: int


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the command's name, which may hold spaces."""
    return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()


def _parents() -> dict[int, int]:
    parents = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int(_stat(int(entry.name))[1])
            except OSError:
                continue
    return parents


def tree(roots: list[int]) -> list[int]:
    """The processes and everything they have started that still runs."""
    parents = _parents()
    found = {pid for pid in roots if pid in parents}
    grew = True
    while grew:
        children = {pid for pid, parent in parents.items() if parent in found} - found
        found |= children
        grew = bool(children)
    return sorted(found)


def listeners(port: int) -> list[int]:
    """The topmost processes that hold a socket listening on that TCP port."""
    wanted = f"{port:04X}"
    inodes = set()
    for table in ("tcp", "tcp6"):
        for line in (PROC / "net" / table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[1].rpartition(":")[2] == wanted:
                inodes.add(f"socket:[{fields[9]}]")
    holders = set()
    for pid in _parents():
        try:
            for descriptor in (PROC / str(pid) / "fd").iterdir():
                if str(descriptor.readlink()) in inodes:
                    holders.add(pid)
                    break
        except OSError:
            continue
    parents = _parents()
    return sorted(pid for pid in holders if parents.get(pid) not in holders)


def usage(roots: list[int]) -> Usage:
    cpu = rss = pss = peak = 0
    pids = tree(roots)
    for pid in pids:
        try:
            fields = _stat(pid)
            cpu += sum(int(value) for value in fields[11:15])
            rss += int(fields[21]) * PAGE
            peak += _kilobytes(pid, "status", "VmHWM:")
            pss += _kilobytes(pid, "smaps_rollup", "Pss:")
        except OSError:
            continue
    return Usage(cpu / TICK, len(pids), rss, pss, peak)


def _kilobytes(pid: int, name: str, label: str) -> int:
    for line in (PROC / str(pid) / name).read_text().splitlines():
        if line.startswith(label):
            return int(line.split()[1]) * 1024
    return 0


class Watch:
    """Named groups of processes (the tool, its database, …) over a measured stretch."""

    def __init__(self, groups: dict[str, dict]) -> None:
        self._roots = {name: _roots(spec) for name, spec in groups.items()}
        self._before: dict[str, Usage] = {}

    def start(self) -> None:
        self._before = {name: usage(roots) for name, roots in self._roots.items()}

    def stop(self) -> dict[str, dict]:
        report = {}
        for name, roots in self._roots.items():
            before, after = self._before[name], usage(roots)
            report[name] = {
                "cpu_seconds": after.cpu_seconds - before.cpu_seconds,
                "processes": after.processes,
                "rss_mib": round(after.rss_bytes / 2**20, 1),
                "pss_mib": round(after.pss_bytes / 2**20, 1),
                "peak_rss_mib": round(after.peak_rss_bytes / 2**20, 1),
            }
        return report


def _roots(spec: dict) -> list[int]:
    """Processes named by ``port``, ``pid`` or ``pidfile``."""
    if "pid" in spec:
        return [int(spec["pid"])]
    if "pidfile" in spec:
        return [int(Path(spec["pidfile"]).read_text().split()[0])]
    pids = listeners(int(spec["port"]))
    if not pids:
        raise SystemExit(f"launchbench: no process listens on port {spec['port']}")
    return pids

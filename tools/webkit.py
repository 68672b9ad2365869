"""Fetch Debian's WebKit, its WebDriver and a display for `make webkit`, without root: into .tools/webkit.

apt names what is missing on this machine, downloads it and compares it with the hashes of the archive's signed lists.
Nothing is installed: the packages are unpacked, and the test lays them over /usr in a namespace of its own.
"""

import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / ".tools/webkit"
WANTED = ("webkit2gtk-driver", "xvfb")
NEEDED = ("apt-get", "dpkg-deb", "unshare")


def missing() -> list[str]:
    """Return the packages that apt would install here to have WebKit."""
    said = subprocess.run(
        ["apt-get", "--simulate", "--no-install-recommends", "install", *WANTED],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [line.split()[1] for line in said.splitlines() if line.startswith("Inst ")]


def main() -> None:
    if lacking := [name for name in NEEDED if shutil.which(name) is None]:
        sys.exit(f"webkit: only on Debian and its children; there is no {', '.join(lacking)}")
    packages = FOLDER / "packages"
    packages.mkdir(parents=True, exist_ok=True)
    if names := missing():
        subprocess.run(["apt-get", "--quiet=2", "download", *names], check=True, cwd=packages)
    for package in packages.glob("*.deb"):
        subprocess.run(["dpkg-deb", "--extract", package, FOLDER / "root"], check=True)
    shutil.rmtree(packages)
    (FOLDER / ".ready").touch()


if __name__ == "__main__":
    main()

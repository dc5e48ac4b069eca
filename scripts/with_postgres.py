"""Run a command beside a PostgreSQL of its own: in a temporary folder, without TCP, gone at the end.

    python scripts/with_postgres.py .venv/bin/pytest tests/web

The command finds its database in EPACT2_TEST_DATABASE_URL. Where there is no PostgreSQL, Debian's package is
installed if that can be done without asking; else the command is not run, which is said, and is an error only
where EPACT2_REQUIRE_POSTGRES=1 (as in CI).
"""

from __future__ import annotations

import glob
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg

PLACES = (
    "/usr/lib/postgresql/*/bin",  # Debian and Ubuntu
    "/opt/homebrew/opt/postgresql*/bin",  # brew, Apple processors
    "/usr/local/opt/postgresql*/bin",  # brew, Intel processors
    "/usr/pgsql-*/bin",  # Fedora and Red Hat
)
HELP = """PostgreSQL was not found. Install one of these, then run the command again:
  Debian, Ubuntu: sudo apt-get install postgresql
  Fedora:         sudo dnf install postgresql-server
  macOS:          brew install postgresql
  anywhere else:  any PostgreSQL from 14 on, with EPACT2_POSTGRES set to the folder of initdb and postgres"""
# The data lives for one run of tests, so nothing needs to survive a power cut.
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=40")


def programs() -> Path | None:
    """The folder of initdb and postgres, the newest version first; None where there is none."""
    named = os.environ.get("EPACT2_POSTGRES")
    found = [Path(named)] if named else [Path(one) for place in PLACES for one in glob.glob(place)]
    if not named and (on_path := shutil.which("initdb")):
        found.append(Path(on_path).resolve().parent)
    whole = [one for one in found if (one / "initdb").exists() and (one / "postgres").exists()]
    return max(whole, key=_version, default=None)


def _version(folder: Path) -> int:
    return max((int(number) for number in re.findall(r"\d+", str(folder))), default=0)


def install() -> None:
    """Debian's package, where this may be done: as root, on Debian."""
    if not Path("/etc/debian_version").exists() or os.getuid() != 0:
        return
    print("Installing postgresql for the tests …", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "postgresql"]):
        done = subprocess.run(["apt-get", *words], env=quiet, capture_output=True, text=True, check=False)
        if done.returncode:
            print((done.stdout + done.stderr)[-2000:], file=sys.stderr)
            return


class Cluster:
    """A PostgreSQL server in a folder that is removed at the end."""

    def __init__(self, programs: Path) -> None:
        self.programs = programs
        # Directly in /tmp: the path of a socket may have 100 letters.
        self.folder = Path(tempfile.mkdtemp(prefix="epact2-pg-", dir="/tmp"))
        # PostgreSQL never runs as root.
        self.user = _unprivileged() if os.getuid() == 0 else None
        if self.user:
            os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
        self.server: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"postgresql://epact2@/epact2?host={self.folder}"

    def _start(self, *words: str, log: Path) -> subprocess.Popen[bytes]:
        who = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []} if self.user else {}
        return subprocess.Popen(
            words, stdout=log.open("ab"), stderr=subprocess.STDOUT, cwd=self.folder,
            env={**os.environ, "HOME": str(self.folder)}, **who,
        )  # fmt: skip

    def __enter__(self) -> Cluster:
        data, log = self.folder / "data", self.folder / "log"
        options = ("--username=epact2", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync")
        made = self._start(str(self.programs / "initdb"), f"--pgdata={data}", *options, log=log)
        if made.wait():
            raise SystemExit(f"initdb failed:\n{log.read_text()[-2000:]}")
        settings = [word for one in QUICK for word in ("-c", one)]
        self.server = self._start(
            str(self.programs / "postgres"), "-D", str(data), "-k", str(self.folder), "-h", "", *settings,
            log=log,
        )  # fmt: skip
        for _ in range(150):
            if self.server.poll() is not None:
                break
            try:
                with psycopg.connect(
                    f"host={self.folder} user=epact2 dbname=postgres", autocommit=True
                ) as one:
                    one.execute("CREATE DATABASE epact2")
                return self
            except psycopg.OperationalError:
                time.sleep(0.2)
        self.__exit__()
        raise SystemExit(f"PostgreSQL did not start:\n{log.read_text()[-2000:] if log.exists() else ''}")

    def __exit__(self, *_: object) -> None:
        if self.server and self.server.poll() is None:
            self.server.send_signal(signal.SIGINT)  # the fast shutdown: clients are sent away
            try:
                self.server.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.server.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def _unprivileged() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise SystemExit("PostgreSQL does not run as root, and there is no user postgres or nobody to run it as.")


def main(words: list[str]) -> int:
    """Run the command, and give its exit code."""
    named = os.environ.get("EPACT2_POSTGRES")
    if programs() is None and named:
        print(f"EPACT2_POSTGRES is {named}, where there is no initdb and postgres.", file=sys.stderr)
        return 1
    if programs() is None:
        install()
    found = programs()
    if found is None:
        print(HELP, file=sys.stderr)
        if os.environ.get("EPACT2_REQUIRE_POSTGRES") == "1":
            return 1
        print(f"NOT RUN on PostgreSQL: {' '.join(words)}")
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the server is stopped, too
    with Cluster(found) as cluster:
        print(f"On PostgreSQL ({found}): {' '.join(words)}", flush=True)
        environment = {**os.environ, "EPACT2_TEST_DATABASE_URL": cluster.address}
        return subprocess.call(words, env=environment)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

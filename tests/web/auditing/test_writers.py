"""Server processes that write at once to one SQLite file make one chain."""

import os
import re
import subprocess
import sys

WRITE = """
import sys, django
django.setup()
from epact2.access.audit import Asked, Event, Kind
from epact2.web.auditing.trail import keep
asked = (Asked(words="Items", question={"values": ["items"]}),)
print("ready", flush=True)
sys.stdin.readline()
for _ in range(25):
    keep(Event(kind=Kind.ASKED, who=sys.argv[1], asked=asked))
"""
PREPARE = "import django; django.setup(); from epact2.web.prepare import prepare; prepare()"


def test_processes_that_write_at_once_make_one_chain(tmp_path):
    environment = {
        **os.environ,
        "EPACT2_STORE": str(tmp_path / "store"),
        "EPACT2_ACCOUNTS": str(tmp_path / "accounts"),
        "DJANGO_SETTINGS_MODULE": "epact2.web.settings",
    }
    for name in ("DATABASE_URL", "EPACT2_AUDIT", "EPACT2_AUDIT_KEY", "EPACT2_DEMO"):
        environment.pop(name, None)
    subprocess.run([sys.executable, "-c", PREPARE], env=environment, check=True)
    before = _records(environment)  # of accounts that were made, if the demo's are
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITE, f"person {n}"], env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )
        for n in range(3)
    ]  # fmt: skip
    for writer in writers:
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate(timeout=60)
        assert writer.returncode == 0
    assert _records(environment) == before + 75


def _records(environment: dict[str, str]) -> int:
    """How many records the trail has, if all of them are as written."""
    found = subprocess.run(
        [sys.executable, "-m", "epact2.web", "audit", "verify"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.returncode == 0, found.stderr
    return int(re.search(r"Web: ([\d,]+) records", found.stdout).group(1).replace(",", ""))

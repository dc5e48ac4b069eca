"""The demo: a synthetic England, loaded and served.

Data that is already there is used again: the folder's name tells size, months and seed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

EPACT2 = str(Path(sys.executable).with_name("epact2"))


def make_data(size: str, months: int, seed: int, item_months: int) -> Path:
    """Write the synthetic files and load them; give the store. A half-made store is made again.

    The last ``item_months`` have single items of invented patients, too.
    """
    with_items = f"-items-{item_months}" if item_months else ""
    base = Path("build/demo") / f"{size}-{months}-{seed}{with_items}"
    store = base / "store"
    if (base / "made").exists():
        return store
    shutil.rmtree(base, ignore_errors=True)
    files = base / "files"
    started = time.monotonic()
    print(f"Making a synthetic England ({size}, {months} months) …", flush=True)
    options = ["--size", size, "--months", str(months), "--seed", str(seed)]
    if item_months:
        options += ["--items", "--item-months", str(item_months), "--parquet"]
    subprocess.run([EPACT2, "synth", str(files), *options], check=True)
    inputs = sorted(
        str(one)
        for one in files.rglob("*")
        # What PDS verifies later is left out, so that the newest month is provisional, as it is in life.
        if one.suffix in (".csv", ".json", ".gz", ".parquet") and one.parent.name != "later"
    )
    loaded = subprocess.run(
        [EPACT2, "--store", str(store), "load", *inputs], check=True, stdout=subprocess.PIPE, text=True
    )
    print(f"Loaded {len(inputs)} files. {loaded.stdout.splitlines()[-1]}", flush=True)
    # The store keeps what it received; the files that were written for it are not needed twice.
    shutil.rmtree(files)
    (base / "made").touch()
    print(f"Made and loaded in {time.monotonic() - started:.0f} seconds.", flush=True)
    return store


def main() -> int:
    """Make the data, and serve it unless only the data is wanted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("data", "serve"))
    parser.add_argument("--size", default="demo")
    parser.add_argument("--months", type=int, default=36)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--item-months", type=int, default=0, help="Months with single items; 0 for none.")
    parser.add_argument("--port", type=int, default=8000)
    wanted = parser.parse_args()
    store = make_data(wanted.size, wanted.months, wanted.seed, wanted.item_months)
    if wanted.what == "data":
        print(f"The store is {store}.")
        return 0
    os.environ["EPACT2_DEMO"] = "1"
    os.environ.setdefault(
        "EPACT2_ADDRESS", f"http://localhost:{wanted.port}"
    )  # the links of the demo's mails
    if wanted.item_months and not (store.parent / "nhs-numbers").exists():
        subprocess.run([EPACT2, "--store", str(store), "nhs-numbers", "invent"], check=True)
    address = f"127.0.0.1:{wanted.port}"
    return subprocess.call([EPACT2, "--store", str(store), "serve", "--address", address])


if __name__ == "__main__":
    sys.exit(main())

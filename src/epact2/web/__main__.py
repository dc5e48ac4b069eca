"""``python -m epact2.web``: what ``epact2 serve``, ``audit``, ``accounts`` and ``nhs-numbers`` become."""

from __future__ import annotations

import argparse
import sys

from epact2.errors import Epact2Error
from epact2.web.server import serve


def main() -> int:
    """Serve with the options given, or do what a command asks for; a wrong setting is told in words."""
    if sys.argv[1:2] == ["audit"]:
        from epact2.web.auditing import commands  # Django is loaded here only where it is needed

        return commands.run(sys.argv[2:])
    if sys.argv[1:2] == ["nhs-numbers"]:
        from epact2.web.nhs_numbers import commands as nhs_numbers

        return nhs_numbers.run(sys.argv[2:])
    if sys.argv[1:2] == ["accounts"]:
        from epact2.web.registration import commands as accounts

        return accounts.run(sys.argv[2:])
    parser = argparse.ArgumentParser(prog="epact2 serve", description="Serve the web application.")
    parser.add_argument("--address", default="127.0.0.1:8000")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--threads", type=int, default=8)
    options = parser.parse_args()
    try:
        serve(address=options.address, workers=options.workers, threads=options.threads)
    except Epact2Error as error:
        sys.stderr.write(f"epact2: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""``python -m epact2.cli``."""

from epact2.cli import main

main()

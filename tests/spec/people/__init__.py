"""People: list sizes and prescribing units."""

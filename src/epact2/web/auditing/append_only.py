"""The tables of the trail in SQL, and the triggers that refuse every change to what is in them.

Triggers stop mistakes and stolen passwords of the application. The owner of the tables can drop them: that is
what the chain, the witness and the signed heads are for (``access.chain``). In production the application
should not own the tables: see docs/how-to/run-in-production.md.
"""

from __future__ import annotations

TABLES = ("auditing_record", "auditing_concerned", "auditing_question")
_COLUMNS = (
    """CREATE TABLE auditing_record (
        number BIGINT NOT NULL PRIMARY KEY, at VARCHAR(24) NOT NULL, kind VARCHAR(30) NOT NULL,
        who VARCHAR(150) NOT NULL, text TEXT NOT NULL, hash VARCHAR(64) NOT NULL)""",
    """CREATE TABLE auditing_concerned (
        organisation VARCHAR(40) NOT NULL, number BIGINT NOT NULL, PRIMARY KEY (number, organisation))""",
    "CREATE TABLE auditing_question (digest VARCHAR(64) NOT NULL PRIMARY KEY, text TEXT NOT NULL)",
    # One row that whoever writes holds, so that the chain never forks.
    "CREATE TABLE auditing_turn (id INTEGER NOT NULL PRIMARY KEY)",
    "INSERT INTO auditing_turn VALUES (1)",
    "CREATE INDEX auditing_record_who ON auditing_record (who, number)",
    "CREATE INDEX auditing_record_kind ON auditing_record (kind, number)",
    "CREATE INDEX auditing_concerned_organisation ON auditing_concerned (organisation, number)",
    "CREATE INDEX auditing_record_at ON auditing_record (at, number)",
)
_SAID = "audit records are never changed or removed"
_GAP = "audit records follow one another without a gap"


def sqlite() -> list[str]:
    """The statements for SQLite."""
    tables = [one.replace("number BIGINT NOT NULL PRIMARY KEY", "number INTEGER NOT NULL PRIMARY KEY")
              for one in _COLUMNS]  # fmt: skip
    refusing = [
        f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{_SAID}'); END"
        for table in TABLES
        for what in ("UPDATE", "DELETE")
    ]
    # INSERT OR REPLACE removes a row without its trigger, so a row that is there already is refused here.
    in_order = (
        "CREATE TRIGGER auditing_record_in_order BEFORE INSERT ON auditing_record "  # noqa: S608
        "WHEN NEW.number IS NOT (SELECT COALESCE(MAX(number), 0) + 1 FROM auditing_record) "
        f"BEGIN SELECT RAISE(ABORT, '{_GAP}'); END"
    )
    once = (
        "CREATE TRIGGER auditing_question_once BEFORE INSERT ON auditing_question WHEN EXISTS "  # noqa: S608
        "(SELECT 1 FROM auditing_question WHERE digest = NEW.digest AND text IS NOT NEW.text) "
        f"BEGIN SELECT RAISE(ABORT, '{_SAID}'); END"
    )
    return [*tables, *refusing, in_order, once]


def postgresql() -> list[str]:
    """The statements for PostgreSQL."""
    refuse = (
        "CREATE FUNCTION auditing_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_SAID}'; END $$"
    )
    refusing = [
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION auditing_refuse()"
        for table in TABLES
    ]
    follow = (
        "CREATE FUNCTION auditing_follow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "  # noqa: S608
        "IF NEW.number <> (SELECT COALESCE(MAX(number), 0) + 1 FROM auditing_record) THEN "
        f"RAISE EXCEPTION '{_GAP}'; END IF; RETURN NEW; END $$"
    )
    in_order = (
        "CREATE TRIGGER auditing_record_in_order BEFORE INSERT ON auditing_record "
        "FOR EACH ROW EXECUTE FUNCTION auditing_follow()"
    )
    return [*_COLUMNS, refuse, *refusing, follow, in_order]


STATEMENTS = {"sqlite": sqlite, "postgresql": postgresql}

"""The fast engine: answers from a release's files with DuckDB.

The files are attached read only, when a statement first needs them, to a database in memory that cannot reach
anything else. An engine stands for one release for ever; ``open_engine`` hands out a new one when the store
has a new release, and whoever holds the old one goes on with it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

import duckdb
import sqlglot

from epact2.errors import Epact2Error
from epact2.model.items import PATIENT
from epact2.model.months import DispensingMonth
from epact2.query.listing import Listing
from epact2.query.nodes import Query
from epact2.query.result import Cell, Column, Page, Result
from epact2.query.scope import Scope
from epact2.store.catalogue import Catalogue
from epact2.store.directory import Directory
from epact2.store.duckdb_files import connected, files_of
from epact2.store.memory_tables import DIMENSIONS, definitions
from epact2.store.open_release import read_catalogue
from epact2.store.plan import Plan, Scan
from epact2.store.planner import make_plan
from epact2.store.published import refuse_sealed_listing
from epact2.store.release import Release, Store, StoreDamaged, current_number, read_release
from epact2.store.rewrites import mixed_only, rewrite, rewrite_names
from epact2.store.sql import Statement, statement_of
from epact2.store.sql_listing import (
    ListingStatement,
    after_parameters,
    listing_statement,
    patients_of,
    pseudonyms_in,
    readers,
)
from epact2.store.statement_rows import columns_of, listing_column, marks_of, settled

_PLANS_KEPT = 512


class TooSlow(Epact2Error):
    """A question was stopped because it took too long."""


@dataclass(frozen=True, slots=True)
class SourceUsed:
    """A table that an answer reads, from which files, and why."""

    table: str
    databases: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a question is answered. ``rollups`` names the tables read, ``rewrites`` what made them so few."""

    sql: str
    parameters: Mapping[str, object]
    sources: tuple[SourceUsed, ...]
    rollups: tuple[str, ...]
    rewrites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Compiled:
    plan: Plan
    statement: Statement
    columns: tuple[Column, ...]


_Key = TypeVar("_Key")
_Made = TypeVar("_Made")


class _Kept(Generic[_Key, _Made]):
    """What was made last, by what it was made for. Safe to share between threads."""

    def __init__(self) -> None:
        self._made: OrderedDict[_Key, _Made] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: _Key) -> _Made | None:
        """What was made for the key, if it is still kept."""
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
            return self._made.get(key)

    def keep(self, key: _Key, made: _Made) -> None:
        """Keep it, and let go of what was not asked for longest."""
        with self._lock:
            self._made[key] = made
            while len(self._made) > _PLANS_KEPT:
                self._made.popitem(last=False)


class DuckDBEngine:
    """Answers questions from one release. Safe to share between threads."""

    def __init__(
        self,
        store: Path,
        release: int | Release | None = None,
        *,
        threads: int | None = None,
        memory_limit: str | None = None,
        without: Collection[str] = frozenset(),
        timeout_s: float | None = 60.0,
    ) -> None:
        """Open a release, the one in force if none is named. Raises NoRelease or StoreDamaged.

        The loader opens a release itself, before it is published.
        ``without`` names rewrites to leave out; the answers stay the same.
        """
        unknown = set(without) - set(rewrite_names())
        assert not unknown, f"no such rewrites: {unknown}"
        self.release = release if isinstance(release, Release) else read_release(store, release)
        self._files = files_of(Store(store), self.release)
        self._without = frozenset(without)
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._ready: set[str] = set()
        self._plans: _Kept[tuple[Query, Scope], _Compiled] = _Kept()
        self._listings: _Kept[tuple[Listing, Scope], ListingStatement] = _Kept()
        self._cursors = threading.local()
        self._connection = connected(Store(store).files, threads, memory_limit)
        self._attach(DIMENSIONS)
        self.catalogue: Catalogue = read_catalogue(
            self.release, lambda sql: self._connection.execute(sql).fetchall()
        )
        self._definitions = definitions(tuple(self.catalogue.totals.values()))

    @property
    def directory(self) -> Directory:
        """The names, codes and months of the release."""
        return self.catalogue.directory

    def practices_of(self, month: int) -> frozenset[int]:
        """The keys of the practices that prescribe or have a list in a month."""
        sql = f"SELECT practice FROM {DIMENSIONS}.practice_month WHERE month = $month"  # noqa: S608 - ours
        return frozenset(key for (key,) in self._fetch(sql, {"month": month}))

    def close(self) -> None:
        """Let go of the files."""
        self._connection.close()

    # --- Answers -----------------------------------------------------------------------------------------

    def answer(self, query: Query, scope: Scope) -> Result:
        """The rows of the answer: see ``store.engine.Engine``. Raises TooSlow, NoData or UnknownCode."""
        compiled = self.compiled(query, scope)
        statement = compiled.statement
        rows = self._fetch(statement.sql, statement.parameters)
        return Result(
            compiled.columns, tuple(settled(row, statement) for row in rows), marks_of(rows, statement)
        )

    def answer_of_mixed(self, query: Query, scope: Scope) -> Result | None:
        """The counts of a question, of those patients alone who are in several places in a month.

        For the loader, which adds the counts of all others up from practices: see ``rewrites.mixed_only``.
        """
        plan = mixed_only(make_plan(query, scope, self.catalogue), self.catalogue)
        if plan is None:
            return None
        statement = statement_of(plan, self.catalogue)
        self._prepare(plan, statement.tables)
        return Result(columns_of(query, scope), tuple(self.run(statement)))

    def explain(self, query: Query, scope: Scope) -> Explanation:
        """How the question would be answered, without answering it."""
        compiled = self.compiled(query, scope)
        pretty = sqlglot.parse_one(compiled.statement.sql, dialect="duckdb").sql(
            dialect="duckdb", pretty=True
        )
        return Explanation(
            sql=pretty,
            parameters=dict(compiled.statement.parameters),
            sources=tuple(map(_source_used, compiled.plan.scans)),
            rollups=tuple(dict.fromkeys(scan.source.value for scan in compiled.plan.scans)),
            rewrites=compiled.plan.rewrites,
        )

    def compiled(self, query: Query, scope: Scope) -> _Compiled:
        """The plan and statement of a question, made once for each question and scope."""
        key = (query, scope)
        if found := self._plans.get(key):
            return found
        plan = rewrite(make_plan(query, scope, self.catalogue), self.catalogue, self._without)
        made = _Compiled(plan, statement_of(plan, self.catalogue), columns_of(query, scope))
        self._prepare(plan, made.statement.tables)
        self._plans.keep(key, made)
        return made

    def run(self, statement: Statement) -> Sequence[tuple[Cell, ...]]:
        """The rows of a statement."""
        rows = self._fetch(statement.sql, statement.parameters)
        return [settled(row, statement) for row in rows]

    def _fetch(self, sql: str, parameters: Mapping[str, object]) -> Sequence[tuple[Any, ...]]:
        """The rows of an SQL text, stopped when it takes too long."""
        cursor = self._cursor()
        stopped = threading.Event()

        def stop() -> None:
            stopped.set()
            cursor.interrupt()

        timer = None
        if self._timeout_s is not None:
            timer = threading.Timer(self._timeout_s, stop)
            timer.daemon = True
            timer.start()
        try:
            rows: Sequence[tuple[Any, ...]] = cursor.execute(sql, parameters).fetchall()
        except duckdb.CatalogException as error:
            raise StoreDamaged(
                f"A file of the release is not as this version writes it: {str(error).splitlines()[0]}",
                "It was made by another version of epact2: load the received files into a new store.",
            ) from error
        except duckdb.InterruptException:
            if not stopped.is_set():
                raise  # somebody pressed Ctrl-C
            raise TooSlow(
                f"The question took more than {self._timeout_s:g} seconds and was stopped.",
                "Ask for fewer months, or for a section or an organisation instead of all.",
            ) from None
        finally:
            if timer is not None:
                # Joined, since a timer that still lives when the process ends keeps the connection alive.
                timer.cancel()
                timer.join()
        return rows

    def list(self, listing: Listing, scope: Scope) -> Page:
        """A page of single items or patients: see ``store.engine.Engine``. Raises TooSlow too."""
        refuse_sealed_listing(scope)
        statement = self.listing_statement(listing, scope)
        rows = self._fetch(statement.sql, statement.parameters)
        patients = [place for place, of in enumerate(statement.columns) if of == PATIENT]
        names = self._pseudonyms({row[place] for row in rows for place in patients})
        read = readers(statement, names)
        page = [[one(cell) for one, cell in zip(read, row, strict=True)] for row in rows[: listing.size]]
        width = len(listing.columns)
        columns = tuple(map(listing_column, listing.columns))
        result = Result(columns, tuple(tuple(line[:width]) for line in page))
        if len(rows) <= listing.size:
            return Page(result)
        places = [statement.columns.index(order.by) for order in listing.sort_columns]
        return Page(result, tuple(page[-1][place] for place in places))

    def listing_statement(self, listing: Listing, scope: Scope) -> ListingStatement:
        """The statement of a listing, with its files and tables in place. Raises NoData or UnknownCode.

        The statement of a listing's second page serves all pages that follow.
        """
        keys = self._patient_keys(pseudonyms_in(listing))
        names = patients_of(listing)
        kind = (replace(listing, after=("",) * len(listing.after)), scope)
        known = self._listings.get(kind)
        if known is None:
            places = self._places({keys[name] for name in names if name in keys}) if names else None
            known = listing_statement(listing, scope, self.catalogue, keys, places, self._without)
            self._prepare(known.plan, known.tables)
            if known.judging:
                self._prepare(known.judging, known.tables)
            self._listings.keep(kind, known)
        months = [DispensingMonth.from_number(month) for month in known.plan.months]
        parameters = (
            {**known.parameters, **after_parameters(listing, months, keys)}
            if listing.after
            else known.parameters
        )
        return replace(known, parameters=parameters)

    def _pseudonyms(self, keys: AbstractSet[int]) -> dict[int, str]:
        """The pseudonyms of keys."""
        wanted = sorted(keys - {0})
        found = (
            self._of_all_items(
                "SELECT patient, pseudonym FROM {}.pseudonym "
                "WHERE patient BETWEEN $low AND $high AND list_contains($wanted, patient)",
                {"low": wanted[0], "high": wanted[-1], "wanted": wanted},
            )
            if wanted
            else []
        )
        return dict(found)

    def _patient_keys(self, pseudonyms: AbstractSet[str]) -> dict[str, int]:
        """The keys of pseudonyms; nobody bears those that are missing.

        A pseudonym stands in one month's file alone, mostly that of an early one: looking from the first on
        ends there, where one statement over all months would search every file.
        """
        keys: dict[str, int] = {}
        for name in pseudonyms:
            for database in self._of_items():
                sql = f"SELECT patient FROM {database}.patient_of WHERE pseudonym = $name"  # noqa: S608
                if found := self._fetch(sql, {"name": name}):
                    keys[name] = found[0][0]
                    break
        return keys

    def _places(self, patients: AbstractSet[int]) -> tuple[int, ...]:
        """The keys of the practices where any of these patients has a row, in any month."""
        found: set[int] = set()
        for patient in patients:
            sql = "SELECT practice FROM {}.patient_at WHERE patient = $patient"
            found.update(practice for (practice,) in self._of_all_items(sql, {"patient": patient}))
        return tuple(sorted(found))

    def _of_all_items(self, sql: str, parameters: Mapping[str, object]) -> Sequence[tuple[Any, ...]]:
        """The rows of one statement over the files of items of all months."""
        names = self._of_items()
        return (
            self._fetch(" UNION ALL ".join(sql.format(name) for name in names), parameters) if names else []
        )

    def _of_items(self) -> Sequence[str]:
        """The databases of items, attached, that of the first month first."""
        names = [name for _, name in sorted(self.catalogue.items.items())]
        with self._lock:
            for name in names:
                self._attach(name)
        return names

    # --- Files and tables --------------------------------------------------------------------------------

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        cursor: duckdb.DuckDBPyConnection | None = getattr(self._cursors, "cursor", None)
        if cursor is None:
            cursor = self._cursors.cursor = self._connection.cursor()
        return cursor

    def _prepare(self, plan: Plan, tables: AbstractSet[str]) -> None:
        """Attach the files and make the tables that a statement reads."""
        with self._lock:
            for scan in plan.scans:
                for database, _ in scan.databases:
                    self._attach(database)
            for table in sorted(tables):
                self._make(table)

    def _attach(self, database: str) -> None:
        if database in self._ready:
            return
        path = self._files[database]
        quoted = str(path).replace("'", "''")
        try:
            self._connection.execute(f"ATTACH '{quoted}' AS {database} (READ_ONLY)")
        except duckdb.Error as error:
            raise StoreDamaged(
                f"The release's file {path.name} cannot be opened: {error}.",
                "Restore it from a copy of the store, or load the received files again.",
            ) from error
        self._ready.add(database)

    def _make(self, table: str) -> None:
        if table in self._ready:
            return
        statement, sources = self._definitions[table]
        for source in sources:
            self._make(source)
        for database in self.catalogue.totals.values():
            if f"{database}." in statement:
                self._attach(database)
        self._connection.execute(statement)
        self._ready.add(table)


def _source_used(scan: Scan) -> SourceUsed:
    return SourceUsed(scan.source.value, tuple(name for name, _ in scan.databases), scan.reasons)


_engines: dict[Path, DuckDBEngine] = {}
_engines_lock = threading.Lock()


def open_engine(store: Path, release: int | None = None, **options: Any) -> DuckDBEngine:
    """The engine of the release in force (or of the one named), opened once.

    A new release is noticed here, by reading one small file; those who hold the older engine keep it.
    """
    if release is not None and release != current_number(store):
        return DuckDBEngine(store, release, **options)
    with _engines_lock:
        known = _engines.get(store)
        if known is None or known.release.number != current_number(store):
            known = _engines[store] = DuckDBEngine(store, **options)
        return known

"""The files of single items: ITEMS_YYYYMM, the areas' deprivation, and who was verified a month late."""

from __future__ import annotations

from pathlib import Path

import duckdb

from epact2.synth.england import England
from epact2.synth.formulary import price_after_discount
from epact2.synth.items import Batch, ItemMaker, batches, set_slots
from epact2.synth.occasions import DISPENSER_TYPES, FORM_TYPES
from epact2.synth.prescribing import Prescribing
from epact2.synth.reference_files import SYNTHETIC, write_rows
from epact2.synth.seats import set_cells, set_needs
from epact2.synth.supply import set_presentation_needs
from epact2.synth.surroundings import Area, areas_of, set_surroundings
from epact2.synth.tables import insert

# So many patients' items are made at a time: what one needs of memory.
PEOPLE_OF_A_BATCH = 2_000_000
# What DuckDB may hold; the rest of a batch goes to disk.
MEMORY = "3500MB"

LABEL = (
    SYNTHETIC
    + """
Items, forms, prescribers (SG), dispensers (SD), areas (SL) and patients in this directory are invented. The
identifiers of patients are numbers of this program: no NHS number, no person stands behind them.
"""
)
LATER = """
VERIFIED_YYYYMM.csv lists the patients of that month's items whose number is verified a month late. It is not
one of the files to load at first: load it afterwards, to see a month revised.
"""


class ItemFiles:
    """Makes and writes the items of one England, month by month."""

    def __init__(self, prescribing: Prescribing, directory: Path) -> None:
        """Make what all months need; ``prescribing`` must have been set to the last month."""
        self._england: England = prescribing.england
        self._connection = connection = prescribing.connection
        self._directory = directory
        self._areas: list[Area] = areas_of(self._england)
        set_surroundings(self._england, self._areas, connection)
        set_presentation_needs(prescribing.formulary, connection)
        set_needs(connection)
        set_slots(connection)
        set_cells(self._england, connection)
        self._batches: list[Batch] = batches(self._england, PEOPLE_OF_A_BATCH)
        self._tickets_of: Batch | None = None
        _set_texts(self._england, prescribing, connection)

    def write_places(self) -> list[Path]:
        """Areas with their decile of deprivation, and the area where each practice stands."""
        folder = self._directory / "imd"
        _labelled(folder, LABEL)
        deciles: list[list[object]] = [[each.code, each.decile] for each in self._areas]
        first: dict[int, str] = {}
        for area in self._areas:
            first.setdefault(area.practice, area.code)
        homes: list[list[object]] = [
            [each.code, first[each.number]] for each in self._england.practices if each.number in first
        ]
        return [
            write_rows(folder / "imd.csv", ["LSOA_CODE", "IMD_DECILE"], deciles),
            write_rows(folder / "practice_lsoa.csv", ["PRACTICE_CODE", "LSOA_CODE"], homes),
        ]

    def write_month(self, index: int, *, parquet: bool, gzip: bool) -> Path:
        """Write the items of a month whose rows are in the table ``month_row``."""
        month = self._england.months[index]
        _set_products(self._connection)
        maker = ItemMaker(self._england, index, self._connection)
        for batch in self._batches:
            if batch != self._tickets_of:
                maker.tickets(batch)
                self._tickets_of = batch
            maker.make(batch)
        folder = self._directory / "items"
        _labelled(folder, LABEL + LATER)
        path = folder / f"ITEMS_{month}{'.parquet' if parquet else '.csv.gz' if gzip else '.csv'}"
        _copy(self._connection, _lines_sql(month, parquet=parquet), path)
        if index == len(self._england.months) - 1:
            self._write_verified(month)
        self._connection.execute("DROP TABLE item_row")
        return path

    def _write_verified(self, month: int) -> None:
        folder = self._directory / "items" / "later"
        _labelled(folder, LABEL + LATER)
        sql = f"""
            SELECT {month} AS YEAR_MONTH, {_pseudonym("person")} AS PATIENT_ID,
                   {_month("born")} AS PDS_BIRTH_MONTH, 1 + sex AS GENDER
            FROM (SELECT DISTINCT person, born, sex FROM item_row WHERE fresh) ORDER BY person
        """  # noqa: S608 - numbers of this module
        _copy(self._connection, sql, folder / f"VERIFIED_{month}.csv")


def _labelled(folder: Path, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "README.txt").write_text(text, encoding="ascii")


def _set_texts(england: England, prescribing: Prescribing, connection: duckdb.DuckDBPyConnection) -> None:
    """The tables ``home_text`` and ``product_text``: what is written for a number.

    As ENUMs the texts are kept and sorted as numbers; they become text when a file is written.
    """
    setting = {"practice": 4, "out of hours": 3, "hospice": 13}
    insert(
        connection,
        "home_text",
        "practice INTEGER, practice_code VARCHAR, setting UTINYINT",
        ((each.number, each.code, setting.get(each.kind, 0)) for each in england.practices),
    )
    presentations = prescribing.formulary.presentations
    insert(
        connection,
        "bnf_text",
        "code VARCHAR",
        sorted({(code,) for each in presentations for code in (each.code, *(c for _, c in each.earlier))}),
    )
    connection.execute(
        """
        CREATE TYPE practice_code AS ENUM (SELECT practice_code FROM home_text ORDER BY practice);
        ALTER TABLE home_text ALTER practice_code TYPE practice_code;
        CREATE TYPE bnf_code AS ENUM (SELECT code FROM bnf_text ORDER BY code);
        CREATE TYPE snomed_code AS ENUM (SELECT DISTINCT snomed FROM quantity ORDER BY ALL);
        """
    )


def _set_products(connection: duckdb.DuckDBPyConnection) -> None:
    """The table ``product_text`` of a month: codes change in January."""
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE product_text AS
        SELECT n.presentation, q.place, n.code::bnf_code AS bnf, q.snomed::snomed_code AS snomed, q.amount,
               p.code::bnf_code AS paid_bnf,
               (CASE WHEN m.paid = m.presentation THEN q.snomed
                     ELSE s.snomed END)::snomed_code AS paid_snomed,
               m.class::UTINYINT AS class, m.schedule::UTINYINT AS schedule
        FROM presentation_now n
        JOIN presentation_need m USING (presentation)
        JOIN quantity q USING (presentation)
        JOIN presentation_now p ON p.presentation = m.paid
        JOIN quantity s ON s.presentation = m.paid AND s.place = 0
        """
    )


def _month(number: str) -> str:
    """SQL of a month (yyyymm) from months since the year 0."""
    return f"({number}::INTEGER // 12 * 100 + {number} % 12 + 1)"


def _pseudonym(person: str) -> str:
    """SQL of a person's pseudonym: the number's digits stirred, in letters and digits."""
    return f"to_base(xor(({person} * 48271) % 140737488355328, 88172645463325), 36, 10)"


def _lines_sql(month: int, *, parquet: bool) -> str:
    """The columns of an item file, in their order."""
    year_month = str(month) if parquet else f"'{month // 100}-{month % 100:02}'"
    form_types = ", ".join(f"'{each}'" for each in FORM_TYPES)
    dispenser_types = ", ".join(f"'{each}'" for each in DISPENSER_TYPES)

    def decimal(column: str, places: int) -> str:
        return f"CAST({column} * CAST(1e-{places} AS DECIMAL({places + 1},{places})) AS DECIMAL(18,{places}))"

    def part(whole: str, first: str = "") -> str:
        first = first or f"{whole} // 2"
        second = f"{whole} - {first}"
        return f"(CASE WHEN NOT halved THEN {whole} WHEN element = 1 THEN {first} ELSE {second} END)"

    left = price_after_discount(month)
    discounted = part("discounted", f"(nic // 2 * {left} + 50) // 100")
    consumables, containers = (
        f"(CASE WHEN element = 1 THEN {amount} ELSE 0 END)" for amount in ("1240 * count", "containers")
    )

    def flag(condition: str) -> str:
        return f"CASE WHEN {condition} THEN 'Y' ELSE 'N' END"

    columns = {
        "YEAR_MONTH": year_month,
        # A form is named by the place of its first item among all items of the month.
        "FORM_ID": f"{month % 10000} * 10000000000 + r.number - item + 2",
        "ITEM_ID": "item",
        "ELEMENT_ID": "element",
        "ITEM_COUNT": "CASE WHEN element = 1 THEN count ELSE 0 END",
        "FORM_TYPE": f"([{form_types}])[form_type + 1]",
        "EPS_FLAG": flag("eps"),
        "ERD_FLAG": flag("erd"),
        "PRESCRIBED_DATE": "day",
        "PRACTICE_CODE": "practice_code::VARCHAR",
        "PRESCRIBER_ORGANISATION_TYPE": "CASE WHEN reason = 8 THEN CASE WHEN odd THEN 8 ELSE 54 END "
        "ELSE setting END",
        "PRESCRIBER_CODE": "CASE WHEN prescriber % 100 = 0 THEN '-' "
        "ELSE 'SG' || lpad(prescriber::VARCHAR, 6, '0') END",
        "PRESCRIBER_TYPE": "CASE WHEN prescriber % 100 = 0 THEN '-' WHEN prescriber % 100 < 50 THEN 'GP' "
        "WHEN prescriber % 100 < 71 THEN 'Nurse' WHEN prescriber % 100 < 91 THEN 'Pharmacist' "
        "ELSE 'Other' END",
        "DISPENSER_CODE": "([ 'SD', 'SDA', 'SDP', 'SDP', 'SDN'])[dispenser_type] "
        "|| lpad(dispenser::VARCHAR, 5, '0')",
        "DISPENSER_TYPE": f"([{dispenser_types}])[dispenser_type + 1]",
        "DISPENSER_COUNTRY": "1",
        "BNF_PRESENTATION_CODE": "bnf::VARCHAR",
        "SNOMED_CODE": "snomed::VARCHAR",
        "PAID_BNF_PRESENTATION_CODE": "paid_bnf::VARCHAR",
        "PAID_SNOMED_CODE": "paid_snomed::VARCHAR",
        "PREPARATION_CLASS": "class",
        "CD_SCHEDULE": "schedule",
        "QUANTITY": decimal("amount", 5),
        "TOTAL_QUANTITY": decimal(part("amount * count", "amount // 200000 * 100000"), 5),
        "ADQ_USAGE": decimal(part("r.adq"), 5),
        "NIC": decimal(part("nic"), 2),
        "DISCOUNT": decimal(f"({part('nic')} * 1000 - {discounted})", 5),
        "CONSUMABLES": decimal(consumables, 5),
        "CONTAINERS": decimal(containers, 5),
        "OUT_OF_POCKET": "CAST(0 AS DECIMAL(18,5))",
        "ACTUAL_COST": decimal(f"({discounted} + {consumables} + {containers})", 5),
        "EXEMPTION_CATEGORY": "exemption",
        "CHARGE_STATUS": "charge",
        "OUT_OF_HOURS": "(reason = 5)::INTEGER",
        "PRIVATE": "(reason = 6)::INTEGER",
        "DISALLOWED": flag("reason = 1"),
        "NOT_DISPENSED": flag("reason = 2"),
        "REFERRED_BACK": flag("reason = 3"),
        "CD_REQUISITION": flag("reason = 4"),
        "IGNORED": flag("reason = 7"),
        "PATIENT_ID": _pseudonym("person"),
        "PATIENT_IDENTIFIED": flag("identified"),
        "PDS_BIRTH_MONTH": _month("pds_born"),
        "EPS_BIRTH_MONTH": _month("eps_born"),
        "AGE": "age",
        "GENDER": "gender",
        "PATIENT_LSOA_CODE": "'SL' || lpad(area::VARCHAR, 6, '0')",
    }
    chosen = ", ".join(f"{sql} AS {name}" for name, sql in columns.items())
    return f"""
        SELECT {chosen}
        FROM (
            SELECT *, rowid AS number, unnest(range(1, CASE WHEN halved THEN 3 ELSE 2 END)) AS element
            FROM item_row
        ) r
    """  # noqa: S608 - text of this module


def _copy(connection: duckdb.DuckDBPyConnection, sql: str, path: Path) -> None:
    part = path.with_name(path.name + ".part")
    target = str(part).replace("'", "''")
    if path.suffix == ".parquet":
        how = "FORMAT parquet"
    else:
        how = f"FORMAT csv, HEADER true, COMPRESSION {'gzip' if path.suffix == '.gz' else 'none'}"
    connection.execute(f"COPY ({sql}) TO '{target}' ({how})")
    part.replace(path)

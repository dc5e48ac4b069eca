"""A small England for requests for NHS numbers: three practices, people of several accounts, numbers.

In practice A three patients of 65 and over have an NSAID without gastro-protection, one has both; practice
B of the same ICB has one such patient, practice C of another ICB one.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from epact2.access.grants import AccountType, Grant
from epact2.comparators.read import prepared_values
from epact2.model.nhs_number import numbers_of_tests, spaced
from epact2.store.duckdb import DuckDBEngine
from epact2.store.release import publish_release
from epact2.web import engine as engines
from epact2.web.nhs_numbers.kept import NumberStore
from epact2.web.nhs_numbers.sealing import made_key
from support.engines import new_store, sealed
from support.people import admitted
from support.release_builder import build_release
from support.small_data import data_from_tables

COMPARATOR = "gib01-nsaid-without-gastro-protection"
TITLE_PART = "NSAID"
MONTHS = ("2025-02", "2025-03")
PLACES = """
    practice | sub-ICB location | ICB | region | practice setting
    A        | 91Q              | QKS | Y59    | 4
    B        | 91Q              | QKS | Y59    | 4
    C        | 97R              | QNX | Y59    | 4
"""
MEDICINES = """
    practice | patient    | age | presentation
    A        | PSEUDOann  | 70  | Naproxen 250mg tablets
    A        | PSEUDObob  | 80  | Naproxen 250mg tablets
    A        | PSEUDOeve  | 75  | Naproxen 250mg tablets
    A        | PSEUDOfay  | 66  | Naproxen 250mg tablets
    A        | PSEUDOfay  | 66  | Lansoprazole 30mg gastro-resistant capsules
    B        | PSEUDOgus  | 81  | Naproxen 250mg tablets
    C        | PSEUDOhal  | 90  | Naproxen 250mg tablets
"""
PATIENTS = ("ann", "bob", "eve", "fay", "gus", "hal")
NUMBERS = {
    f"PSEUDO{name}": number
    for name, number in zip(PATIENTS, islice(numbers_of_tests(), 100, 106), strict=True)
}
BEHIND_A = tuple(sorted(NUMBERS[f"PSEUDO{name}"] for name in ("ann", "bob", "eve")))
PEOPLE = {
    "priya.gp": (AccountType.GP_PRACTICE, "practice", "A"),
    "imani.icb": (AccountType.PRESCRIBER_LEVEL, "ICB", "QKS"),
    "cora.elsewhere": (AccountType.GP_PRACTICE, "practice", "C"),
    "rosa.reader": (AccountType.DEFAULT, "ICB", "QKS"),
    "nia.national": (AccountType.NATIONAL, "England", "ENG"),
    "carys.cd": (AccountType.CONTROLLED_DRUGS, "ICB", "QKS"),
    "dev.services": (AccountType.DATA_SERVICES, "England", "ENG"),
    "leah.services": (AccountType.DATA_SERVICES, "England", "ENG"),
}


def written(number: str) -> tuple[str, str]:
    """A number as it may be written: together, and as people read it."""
    return number, spaced(number)


def tables() -> dict[str, str]:
    """The items of both months, and the prescribing that they add up to."""
    head, *rows = [line.strip() for line in MEDICINES.strip().splitlines()]
    lines = [f"month | {head}", *(f"{month} | {row}" for month in MONTHS for row in rows)]
    prescribing = "month | practice | presentation\n" + "".join(
        f"{month} | {row.split('|')[0].strip()} | {row.split('|')[3].strip()}\n"
        for month in MONTHS
        for row in rows
    )
    return {"items": "\n".join(lines), "prescribing": prescribing, "practices": PLACES}


@dataclass
class World:
    """Who there is, signed in, and where things are kept."""

    store: Path
    folder: Path
    grants: dict[str, tuple[Grant, ...]] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)

    def of(self, name: str) -> Client:
        """A person's browser, signed in."""
        if name not in self.clients:
            client = Client()
            client.force_login(admitted(name))
            self.clients[name] = client
        return self.clients[name]

    def asks(self, name: str = "priya.gp", *, month: str = MONTHS[-1], **answers: str) -> Any:
        """Go through the journey's pages to the check; gives the last answer."""
        client = self.of(name)
        given = {
            "role": "clinical pharmacist",
            "comparator": COMPARATOR,
            "practice": "A",
            "month": month,
            "purpose": "Structured medication reviews in April, by the practice's pharmacist.",
            **answers,
        }
        for step, answer in given.items():
            response = client.post(f"/nhs-numbers/ask/{step}", {step: answer})
            if response.status_code != 302:
                return response
        return client.get("/nhs-numbers/ask/check")

    def sends(self, name: str = "priya.gp", **answers: str) -> str:
        """Ask, declare and send; gives the id of the request."""
        self.asks(name, **answers)
        response = self.of(name).post("/nhs-numbers/ask/check", {"declared": "on"})
        assert response.status_code == 302, response.content.decode()
        return response.url.split("/")[3]

    def approves(self, id_: str, name: str = "dev.services") -> Any:
        """Approve as data services."""
        return self.of(name).post(f"/nhs-numbers/check/{id_}", {"approve": "yes", "reason": ""})

    def takes(self, id_: str, form: str = "page", name: str = "priya.gp") -> Any:
        """Ask for the list."""
        return self.of(name).post(f"/nhs-numbers/requests/{id_}/list", {"form": form})


@pytest.fixture(scope="session")
def store_of_numbers():
    """A real store of the small England: what is searched for numbers is what a server has on its disk.

    Comparators are published, as they are of every store, so that their pages open for those who see no more.
    """
    store = new_store()
    release = build_release(store, data_from_tables(tables()), prepared_values())
    publish_release(store, sealed(store, release, prepared_values()))
    return store


@pytest.fixture(scope="session")
def engine_of_numbers(store_of_numbers):
    """The engine of that store."""
    return DuckDBEngine(store_of_numbers, threads=1)


@pytest.fixture
def world(monkeypatch, db, settings, tmp_path, store_of_numbers, engine_of_numbers):
    """Everybody has their grants, and the numbers are loaded."""
    monkeypatch.setattr(engines, "current", lambda: engine_of_numbers)
    monkeypatch.setattr(engines, "_CACHE", engines.AnswerCache())
    made = World(store_of_numbers, tmp_path)
    made.grants = {name: (Grant(*what, date.min, date.max),) for name, what in PEOPLE.items()}
    monkeypatch.setattr(engines, "grants_named", lambda name: made.grants.get(name, ()))
    numbers, key = tmp_path / "nhs-numbers" / "numbers.sqlite3", tmp_path / "keys" / "nhs-number-key"
    settings.CONFIG = replace(settings.CONFIG, nhs_numbers=numbers, nhs_number_key=key)
    NumberStore(numbers, made_key(key)).load(NUMBERS.items())
    return made

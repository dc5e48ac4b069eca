"""The NHS files of EPACT2_REAL_DATA, loaded once for all tests of this folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from epact2.load.publish import LoadOutcome, load_files

DATA = Path(os.environ.get("EPACT2_REAL_DATA", Path(__file__).parents[2] / "../shared/data"))
FILES = (
    "epd/EPD_201709.csv",
    "epd/EPD_201710.csv",
    "list-size/gp-reg-pat-prac-quin-age_201709.csv",
    "list-size/gp-reg-pat-prac-quin-age_201710.csv",
    "list-size/practice_list_201601.csv",
    *(f"bnf/{level}.csv" for level in ("chapter", "section", "paragraph", "subparagraph")),
    *(f"bnf/{level}.csv" for level in ("chemical_substance", "product", "presentation")),
    *(f"bnf/code-changes/{year}.csv" for year in (2015, 2017, 2018, *range(2020, 2027))),
    "organisations/practice_202201.csv",
    "organisations/pcn_202201.csv",
    "organisations/ccg_stp_region_202201.csv",
    "organisations/epraccur_201708_sample.csv",
    "organisations/eccg_201708_sample.csv",
    "organisations/eauth_201708.csv",
    "adq/adq_values_201706.csv",
    "adq/computed_adq_per_quantity.csv",
    "weights/star_pu_2013.json",
    "weights/astro_pu_2013.json",
)


@pytest.fixture(scope="session")
def data() -> Path:
    missing = [name for name in FILES if not (DATA / name).exists()]
    if missing:
        pytest.skip(f"the NHS files are not in {DATA} (set EPACT2_REAL_DATA); missing: {missing[0]}")
    return DATA


@pytest.fixture(scope="session")
def real_load(data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, LoadOutcome]:
    store = tmp_path_factory.mktemp("real") / "store"
    return store, load_files(store, [data / name for name in FILES])


@pytest.fixture(scope="session")
def real_store(real_load: tuple[Path, LoadOutcome]) -> Path:
    return real_load[0]

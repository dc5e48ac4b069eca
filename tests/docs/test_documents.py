"""Documents are complete, and what they show works."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from epact2.comparators.read import comparators
from epact2.model.prescribing import FIELDS, MEASURES
from epact2.query.check import check
from epact2.query.codec import query_from_json, selection_from_json, value_from_json
from epact2.query.listing_json import listing_from_json

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    path for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")) if "node_modules" not in path.parts
)


def test_generated_documents_are_current():
    done = subprocess.run(
        [sys.executable, "scripts/generate_docs.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)#\s]+)", path.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (path.parent / target).exists(), f"{path.name} links to {target}"


def test_every_field_measure_and_comparator_is_documented():
    dictionary = (ROOT / "docs/reference/dictionary.md").read_text(encoding="utf-8")
    for named in (*FIELDS, *MEASURES):
        assert f"| {named.name} |" in dictionary
    page = (ROOT / "docs/reference/comparators.md").read_text(encoding="utf-8")
    for one in comparators().values():
        assert f"`{one.key}`" in page


def test_the_guide_to_questions_shows_questions_that_work():
    guide = (ROOT / "docs/how-to/ask-questions.md").read_text(encoding="utf-8")
    whole = [json.loads(text) for text in re.findall(r"```json\n(.*?)```", guide, flags=re.DOTALL)]
    for question in whole:
        if "values" in question:
            check(query_from_json(question))
        else:
            listing_from_json(question)
    assert len(whole) > 2
    values, selections = (part for part in (_rows(guide, "## Values"), _rows(guide, "## Selections")))
    assert len(values) > 10
    for text in values:
        value_from_json(json.loads(text))
    assert len(selections) > 4
    for text in selections:
        if "…" not in text:
            selection_from_json(json.loads(text))


def _rows(guide: str, heading: str) -> list[str]:
    section = guide.split(heading)[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")][1:]
    return [
        text
        for line in lines
        for text in re.findall(r"`([^`]+)`", line)
        if text[0] in '{"[' and "months" not in text[:2]
    ]


def test_the_readme_names_the_two_commands_of_the_makefile():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for command in ("demo", "test"):
        assert f"make {command}" in readme
        assert re.search(rf"^{command}:", makefile, flags=re.MULTILINE)


def test_the_question_of_the_readme_works():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (question,) = re.findall(r"echo '(\{.*?\})'", readme)
    check(query_from_json(json.loads(question)))


def test_no_document_or_lock_file_names_a_package_registry():
    hosts = re.compile("|".join(("py" + r"pi\.org", "python" + "hosted", "npm" + r"js\.(org|com)")))
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()
    for name in tracked:
        path = ROOT / name
        if path.suffix in (".md", ".txt", ".json", ".toml", ".in", ".cfg", "") and path.is_file():
            assert not hosts.search(path.read_text(encoding="utf-8", errors="ignore")), name


def test_the_core_is_imported_without_the_database_or_the_web():
    program = (
        "import sys, epact2.analysis.answer\n"
        "loaded = {'duckdb', 'django', 'numpy', 'pandas'} & set(sys.modules)\n"
        "sys.exit(f'loaded: {loaded}' if loaded else 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

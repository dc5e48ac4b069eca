"""Static files as a server serves them: hashed, complete, and from no other host."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

SOURCE = Path(settings.STATICFILES_DIRS[0])

needs_vendor = pytest.mark.skipif(
    not (SOURCE / "vendor").is_dir(), reason="scripts/build_assets.py has not been run"
)


@pytest.fixture
def collected(tmp_path, settings):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "epact2.web.static_files.HashedStaticFiles"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    return tmp_path, json.loads((tmp_path / "staticfiles.json").read_text())["paths"]


@needs_vendor
def test_everything_is_found_and_hashed(collected):
    folder, paths = collected
    for name in ("app.css", "js/app.js", "vendor/nhsuk/nhsuk-frontend.min.css", "vendor/vega.min.js"):
        assert re.search(r"\.[0-9a-f]{12}\.", paths[name]), name
    assert 'from "./charts.' in (folder / paths["js/app.js"]).read_text().replace("'", '"')
    assert re.search(r"vega\.min\.[0-9a-f]{12}\.js", (folder / paths["js/charts.js"]).read_text())
    assert re.search(
        r"url\([\"']?images/[^)]+\.[0-9a-f]{12}\.svg",
        (folder / paths["vendor/nhsuk/nhsuk-frontend.min.css"]).read_text(),
    )


@needs_vendor
def test_no_style_sheet_asks_another_host():
    for sheet in SOURCE.rglob("*.css"):
        assert "://" not in re.sub(r"http://www\.w3\.org", "", sheet.read_text()), sheet.name


@needs_vendor
def test_every_licence_is_served():
    licences = (SOURCE / "vendor" / "licences.txt").read_text()
    for package in (
        "nhsuk-frontend",
        "htmx.org",
        "vega",
        "vega-lite",
        "vega-embed",
        "vega-interpreter",
        "d3-array",
    ):
        assert re.search(rf"^{re.escape(package)} \d", licences, re.MULTILINE), package


def test_our_scripts_use_nothing_that_the_policy_forbids():
    for script in (SOURCE / "js").glob("*.js"):
        text = script.read_text()
        assert "eval(" not in text
        assert "innerHTML" not in text
        assert "setAttribute('style" not in text


def test_templates_have_nothing_inline():
    for template in (SOURCE.parent / "templates").rglob("*.jinja"):
        text = re.sub(r"\{#.*?#\}", "", template.read_text(), flags=re.DOTALL)
        assert not re.search(r"\sstyle\s*=", text), template.name
        assert "<style" not in text, template.name
        assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text), template.name
        assert not re.search(r"<script(?![^>]*(src=|application/json))", text), template.name

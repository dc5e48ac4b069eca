"""No pseudonym stands in any address: every link, form, redirect and download from the pages is looked at."""

import html
import logging
import re
from urllib.parse import unquote

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db
STARTS = ("items", "patient", "explorer", "releases")
MOST_PAGES = 60


ADDRESS = re.compile(r'(href|src|action|formaction|hx-get|hx-push-url)="([^"]*)"')


def addresses_of(markup):
    return [(kind, html.unescape(address)) for kind, address in ADDRESS.findall(markup)]


def forms_of(markup):
    """Every POST form as (address, fields), once for each of its buttons, those outside it too."""
    for attributes, inner in re.findall(r"<form([^>]*)>(.*?)</form>", markup, re.S):
        if 'method="post"' not in attributes or "sign-out" in attributes:
            continue
        address = re.search(r'action="([^"]*)"', attributes)[1]
        fields = {
            name: html.unescape(value)
            for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', inner)
        }
        named = re.search(r'id="([^"]+)"', attributes)
        buttons = re.findall(r'<button[^>]*name="([^"]+)" value="([^"]*)"', inner)
        if named:
            outside = rf'<button[^>]*form="{named[1]}" name="([^"]+)" value="([^"]*)"'
            buttons += re.findall(outside, markup)[:3]
        for name, value in buttons or [("", "")]:
            yield address, {**fields, **({name: html.unescape(value)} if name else {})}


def test_no_address_of_any_page_holds_a_pseudonym(reader, opened, caplog):
    caplog.set_level(logging.DEBUG)
    waiting = [("get", reverse(name), {}) for name in STARTS]
    seen, pages, posts, patients = set(), 0, 0, 0
    while waiting and pages < MOST_PAGES:
        method, address, fields = waiting.pop(0)
        asked = (method, address, tuple(fields.items()))
        path = address.partition("?")[0]
        # A few of each kind of page are enough; what they link to is checked for all of them.
        if asked in seen or sum(one[0] == method and one[1].startswith(path) for one in seen) > 12:
            continue
        seen.add(asked)
        assert "PSEUDO" not in unquote(address), address
        response = getattr(reader, method)(address, fields) if fields else getattr(reader, method)(address)
        pages += 1
        assert response.status_code in (200, 302, 400), (address, response.status_code)
        if response.status_code == 302:
            waiting.append(("get", response.url, {}))
            continue
        for name, value in response.headers.items():
            assert "PSEUDO" not in unquote(value), name
        if response.streaming or not response.headers["Content-Type"].startswith("text/html"):
            continue
        markup = response.content.decode()
        patients += method == "post" and "One patient" in markup
        for kind, link in addresses_of(markup):
            assert "PSEUDO" not in unquote(link), (address, link)
            if kind == "href" and link.startswith("/") and not link.startswith("/static"):
                waiting.append(("get", link, {}))
        sent = [("post", one, fields) for one, fields in forms_of(markup)]
        posts += len(sent)
        waiting[:0] = sent
    assert pages > 40
    assert posts > 10
    assert patients >= 1, "a patient's page was among them"
    assert not [record for record in caplog.records if "PSEUDO" in record.getMessage()]

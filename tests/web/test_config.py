"""The server's settings, read from its environment."""

import stat
from pathlib import Path

import pytest

from epact2.web.config import WrongSetting, from_environment, kept_secret_key


def test_nothing_needs_to_be_set(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config = from_environment({})
    assert config.store == tmp_path / "store"
    assert config.accounts == tmp_path / "accounts"
    assert (config.demo, config.debug, config.https) == (False, False, False)
    assert not config.open_items, "listings of items and patients are closed unless somebody opens them"
    assert "localhost" in config.hosts
    assert len(config.secret_key) > 60


def test_the_secret_key_is_kept_for_its_owner_alone(tmp_path):
    path = tmp_path / "accounts" / "secret-key"
    key = kept_secret_key(path)
    assert kept_secret_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["secret-key"]


def test_a_key_that_was_cut_off_is_refused(tmp_path):
    path = tmp_path / "secret-key"
    path.write_text("short")
    with pytest.raises(WrongSetting, match="too short"):
        kept_secret_key(path)


def test_a_folder_that_cannot_be_written_is_said_plainly(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(WrongSetting, match="EPACT2_ACCOUNTS"):
        kept_secret_key(tmp_path / "file" / "secret-key")


def test_lists_and_switches():
    config = from_environment(
        {"EPACT2_SECRET_KEY": "k" * 50, "EPACT2_HOSTS": "a.example, b.example", "EPACT2_DEMO": "yes"}
    )
    assert config.hosts == ("a.example", "b.example")
    assert config.trusted_origins == ("https://a.example", "https://b.example")
    assert config.demo
    assert config.accounts_database == Path(config.accounts) / "accounts.sqlite3"
    with pytest.raises(WrongSetting, match="EPACT2_DEMO is “maybe”"):
        from_environment({"EPACT2_SECRET_KEY": "k" * 50, "EPACT2_DEMO": "maybe"})


@pytest.mark.parametrize("wrong", ["perhaps", "open", "2"])
def test_listings_are_opened_in_plain_words_only(wrong):
    key = {"EPACT2_SECRET_KEY": "k" * 50}
    assert from_environment({**key, "EPACT2_UNSAFE_OPEN_ITEMS": "1"}).open_items
    assert not from_environment({**key, "EPACT2_UNSAFE_OPEN_ITEMS": "0"}).open_items
    with pytest.raises(WrongSetting, match="EPACT2_UNSAFE_OPEN_ITEMS"):
        from_environment({**key, "EPACT2_UNSAFE_OPEN_ITEMS": wrong})

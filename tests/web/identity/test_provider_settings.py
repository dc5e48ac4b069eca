"""Identity providers from the server's environment: whole, or refused with what to do."""

import pytest

from epact2.access.opening import WrongSetting
from epact2.web.identity.providers import identity_providers

ISSUER = "https://identity.example/oidc"


@pytest.fixture
def key(tmp_path):
    path = tmp_path / "key.pem"
    path.write_text("-----BEGIN PRIVATE KEY-----\nof a test\n")
    return str(path)


@pytest.fixture
def cis2(key):
    return {
        "EPACT2_CIS2_ISSUER": ISSUER + "/",
        "EPACT2_CIS2_CLIENT_ID": "epact2",
        "EPACT2_CIS2_PRIVATE_KEY_FILE": key,
        "EPACT2_CIS2_KEY_ID": "key-1",
    }


def test_without_settings_there_is_none():
    assert identity_providers({}) == ()
    assert identity_providers({"EPACT2_CIS2_ISSUER": " "}) == ()


def test_cis2_signs_and_asks_for_two_factors(cis2):
    (found,) = identity_providers(cis2)
    assert (found.name, found.issuer, found.client_id, found.key_id) == (
        "NHS CIS2",
        ISSUER,
        "epact2",
        "key-1",
    )
    assert found.private_key.startswith("-----BEGIN")
    assert found.auth_params == {"acr_values": "AAL2_OR_AAL3_ANY"}
    (strict,) = identity_providers(cis2 | {"EPACT2_CIS2_AAL": "3"})
    assert strict.auth_params == {"acr_values": "AAL3_ANY"}


def test_nhsmail_sends_a_secret(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("shared\n")
    (found,) = identity_providers(
        {
            "EPACT2_NHSMAIL_ISSUER": "https://login.example/tenant/v2.0",
            "EPACT2_NHSMAIL_CLIENT_ID": "id",
            "EPACT2_NHSMAIL_CLIENT_SECRET_FILE": str(secret),
        }
    )
    assert (found.name, found.secret, found.private_key) == ("NHSmail", "shared", "")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"EPACT2_CIS2_ISSUER": ""}, "EPACT2_CIS2_ISSUER is missing"),
        ({"EPACT2_CIS2_CLIENT_ID": ""}, "EPACT2_CIS2_CLIENT_ID is missing"),
        ({"EPACT2_CIS2_ISSUER": "http://identity.example"}, "https address"),
        ({"EPACT2_CIS2_ISSUER": "identity.example"}, "https address"),
        ({"EPACT2_CIS2_AAL": "1"}, "Set it to 2 or 3"),
        ({"EPACT2_CIS2_SECRET": "x"}, "EPACT2_CIS2_SECRET is no setting"),
        ({"EPACT2_CIS2_PRIVATE_KEY_FILE": ""}, "one way to show that the request is ours"),
        ({"EPACT2_CIS2_PRIVATE_KEY_FILE": "/no/such/file"}, "cannot be read"),
    ],
)
def test_what_is_half_or_wrong_is_refused_with_what_to_do(cis2, change, says):
    with pytest.raises(WrongSetting, match=says):
        identity_providers(cis2 | change)


def test_key_and_secret_together_are_refused(cis2, key):
    with pytest.raises(WrongSetting, match="one way"):
        identity_providers(cis2 | {"EPACT2_CIS2_CLIENT_SECRET_FILE": key})


def test_an_empty_file_is_refused(cis2, tmp_path):
    empty = tmp_path / "empty"
    empty.write_text("\n")
    with pytest.raises(WrongSetting, match="is empty"):
        identity_providers(cis2 | {"EPACT2_CIS2_PRIVATE_KEY_FILE": str(empty)})

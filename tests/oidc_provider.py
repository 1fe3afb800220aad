"""A small OpenID Connect provider: the authorisation-code flow, with an ID token that is signed (RS256)."""

import base64
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, CLIENT_SECRET = "gliolens-test", "between provider and app"


class Provider(ThreadingHTTPServer):
    """Whoever comes is signed in as `claims` says, without being asked anything."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.issuer = f"http://127.0.0.1:{self.server_port}"
        self.claims: dict[str, Any] = {}
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
        self.signing_key = self.key
        self.codes: dict[str, dict[str, Any]] = {}
        self.signed_out = 0
        """How often somebody was sent here to sign out."""

    @property
    def metadata_url(self) -> str:
        return f"{self.issuer}/.well-known/openid-configuration"

    def token(self, code: str) -> dict[str, Any]:
        """What a code is worth, once."""
        claims = self.codes.pop(code)
        signed = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.signing_key)
        return {"access_token": secrets.token_hex(8), "token_type": "Bearer", "expires_in": 300, "id_token": signed}


class _Handler(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(asked.query).items()}
        if asked.path == "/.well-known/openid-configuration":
            names = {"authorization": "authorize", "token": "token", "end_session": "logout"}
            points = {f"{name}_endpoint": f"{self.server.issuer}/{path}" for name, path in names.items()}
            signing = {"jwks_uri": f"{self.server.issuer}/jwks", "id_token_signing_alg_values_supported": ["RS256"]}
            self._json({"issuer": self.server.issuer, **points, **signing})
        elif asked.path == "/jwks":
            self._json({"keys": [self.server.key.as_dict(private=False)]})
        elif asked.path == "/authorize":
            self._authorize(query)
        elif asked.path == "/logout":
            self.server.signed_out += 1
            self._redirect(query["post_logout_redirect_uri"])
        else:
            self.send_error(404)

    def _authorize(self, query: dict[str, str]) -> None:
        now, code = int(time.time()), secrets.token_hex(16)
        claims = {"iss": self.server.issuer, "aud": CLIENT, "sub": "1", "iat": now, "exp": now + 300}
        self.server.codes[code] = claims | {"nonce": query["nonce"]} | self.server.claims
        self._redirect(f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}")

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        basic = base64.b64encode(f"{CLIENT}:{CLIENT_SECRET}".encode()).decode()
        if self.path != "/token" or self.headers["Authorization"] != f"Basic {basic}":
            self.send_error(401)
            return
        self._json(self.server.token(form["code"][0]))

    def _json(self, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _redirect(self, target: str) -> None:
        self.send_response(302)
        self.send_header("Location", target)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@contextmanager
def running_provider() -> Iterator[Provider]:
    """One that answers until the end."""
    provider = Provider()
    thread = threading.Thread(target=provider.serve_forever)
    thread.start()
    yield provider
    provider.shutdown()
    thread.join()
    provider.server_close()

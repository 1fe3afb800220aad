"""Signing in at a provider, end to end: who is let in, as what, and what the audit log says of it."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from joserfc.jwk import RSAKey
from playwright.sync_api import Browser, Page, expect

from app.records.audit import entries, verify
from app.records.database import open_records
from app.records.who import Act
from tests.oidc_provider import CLIENT, CLIENT_SECRET, Provider, running_provider

ROOT = Path(__file__).parents[2]
PAGE = Path(__file__).with_name("signed_in.py")
SECRETS = """
[auth]
redirect_uri = "{url}/oauth2callback"
cookie_secret = "a secret that only this test knows of"
client_id = "{client}"
client_secret = "{secret}"
server_metadata_url = "{metadata}"

[gliolens]
only_listed = {only_listed}

[gliolens.roles]
admin = ["Ada@Clinic.example"]
reviewer = ["viv@clinic.example"]
reader = ["rea@clinic.example"]
"""


class Site:
    """The app with sign-in, and the provider that it trusts."""

    def __init__(self, folder: Path, provider: Provider, only_listed: bool) -> None:
        self.provider, self.data = provider, folder / "data"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        given = {"url": self.url, "client": CLIENT, "secret": CLIENT_SECRET, "metadata": provider.metadata_url}
        text = SECRETS.format(**given, only_listed=json.dumps(only_listed))
        (folder / "secrets.toml").write_text(text, encoding="utf-8")
        command = ["-m", "streamlit", "run", str(PAGE), "--server.port", str(port)]
        command += ["--secrets.files", str(folder / "secrets.toml")]
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        environ = os.environ | {"GLIOLENS_DATA": str(self.data), "PYTHONPATH": path}
        self.process = subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def wait(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=5):
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.05)
        pytest.fail("the server did not come up")

    def sign_ins(self) -> list[tuple[str, str]]:
        """Who, and as what, the earliest first."""
        records = open_records({"GLIOLENS_DATA": str(self.data)})
        with records.reading() as session:
            found = [(one.who, one.role) for one in entries(session) if one.act == Act.SIGN_IN]
            assert verify(session).sound
        records.close()
        return found[::-1]


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with running_provider() as provider:
        yield provider


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory, provider: Provider) -> Iterator[dict[bool, Site]]:
    """By whether only those are let in who are listed."""
    sites = {only: Site(tmp_path_factory.mktemp("site"), provider, only) for only in (False, True)}
    for site in sites.values():
        site.wait()
    yield sites
    for site in sites.values():
        site.process.kill()
        site.process.wait()


@pytest.fixture(scope="module", autouse=True)
def patience() -> Iterator[None]:
    """The first visitor waits for imports."""
    expect.set_options(timeout=60_000)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture
def arrive(chromium: Browser) -> Iterator[Callable[[Site], Page]]:
    """Somebody with a browser of their own opens the page."""
    contexts = []

    def arrived(site: Site) -> Page:
        contexts.append(chromium.new_context(viewport={"width": 1280, "height": 800}))
        page = contexts[-1].new_page()
        page.set_default_timeout(60_000)
        page.goto(site.url)
        return page

    yield arrived
    for context in contexts:
        context.close()


def sign_in(page: Page, site: Site, **claims: object) -> None:
    site.provider.claims = claims
    with page.expect_response(lambda response: "/oauth2callback" in response.url):
        page.get_by_role("button", name="Sign in").click()


def who_menu(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def test_nothing_is_shown_before(sites: dict[bool, Site], arrive: Callable[[Site], Page]) -> None:
    page = arrive(sites[False])
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    expect(page.get_by_text("Not for clinical use")).to_be_visible()
    assert page.get_by_role("heading", name="Inside").count() == 0
    assert page.get_by_test_id("stMain").inner_text().splitlines()[0] == "A second reader for brain-tumour MRI"


def test_two_people_with_different_roles_at_once(sites: dict[bool, Site], arrive: Callable[[Site], Page]) -> None:
    site = sites[False]
    before = len(site.sign_ins())
    first, second, third = arrive(site), arrive(site), arrive(site)
    sign_in(first, site, email="ADA@clinic.example", email_verified=True)
    sign_in(second, site, email="viv@clinic.example")
    sign_in(third, site, email="somebody@else.example", email_verified=True)
    for page, name, address, role in (
        (first, "ada", "ada@clinic.example", "admin"),
        (second, "viv", "viv@clinic.example", "reviewer"),
        (third, "somebody", "somebody@else.example", "reader"),
    ):
        who_menu(page, name)
        expect(page.locator(".who-name")).to_have_text(f"{address}{role}")
        expect(page.get_by_text(f"is here as {role}")).to_be_visible()
    assert site.sign_ins()[before:] == [
        ("ada@clinic.example", "admin"),
        ("viv@clinic.example", "reviewer"),
        ("somebody@else.example", "reader"),
    ]


def test_each_session_is_in_the_log_and_each_run_is_not(
    sites: dict[bool, Site], arrive: Callable[[Site], Page]
) -> None:
    site = sites[False]
    page = arrive(site)
    before = len(site.sign_ins())
    sign_in(page, site, email="viv@clinic.example")
    expect(page.get_by_role("button", name="viv")).to_be_visible()
    page.get_by_role("button", name="Again").click()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    page.reload()
    expect(page.get_by_role("button", name="viv")).to_be_visible()
    assert site.sign_ins()[before:] == [("viv@clinic.example", "reviewer")] * 2


def test_a_stranger_is_refused_where_only_those_listed_may_come(
    sites: dict[bool, Site], arrive: Callable[[Site], Page]
) -> None:
    site = sites[True]
    page = arrive(site)
    sign_in(page, site, email="somebody@else.example", email_verified=True)
    expect(page.get_by_text("is not on the list of people who may work here")).to_be_visible()
    assert page.get_by_role("heading", name="Inside").count() == 0
    assert site.sign_ins() == []
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, site, email="rea@clinic.example")
    expect(page.get_by_role("button", name="rea")).to_be_visible()
    assert site.sign_ins() == [("rea@clinic.example", "reader")]


def test_an_address_that_the_provider_has_not_verified_is_refused(
    sites: dict[bool, Site], arrive: Callable[[Site], Page]
) -> None:
    site = sites[False]
    before = site.sign_ins()
    page = arrive(site)
    sign_in(page, site, email="ada@clinic.example", email_verified=False)
    expect(page.get_by_text("has not verified the address")).to_be_visible()
    assert page.get_by_role("heading", name="Inside").count() == 0
    assert site.sign_ins() == before


def test_signing_out_ends_the_session_here_and_at_the_provider(
    sites: dict[bool, Site], arrive: Callable[[Site], Page]
) -> None:
    site = sites[False]
    page = arrive(site)
    sign_in(page, site, email="ada@clinic.example")
    signed_out = site.provider.signed_out
    who_menu(page, "ada")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert site.provider.signed_out == signed_out + 1
    page.goto(site.url)
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_a_token_that_somebody_else_signed_lets_nobody_in(
    sites: dict[bool, Site], arrive: Callable[[Site], Page]
) -> None:
    site = sites[False]
    before = site.sign_ins()
    page = arrive(site)
    site.provider.signing_key = RSAKey.generate_key(2048)
    try:
        sign_in(page, site, email="ada@clinic.example")
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    finally:
        site.provider.signing_key = site.provider.key
    assert site.sign_ins() == before


def test_a_cookie_that_was_made_up_lets_nobody_in(sites: dict[bool, Site], arrive: Callable[[Site], Page]) -> None:
    site = sites[False]
    before = site.sign_ins()
    page = arrive(site)
    claims = {"email": "ada@clinic.example", "is_logged_in": True, "iat": int(time.time()), "origin": site.url}
    page.context.add_cookies([{"name": "_streamlit_user", "value": json.dumps(claims), "url": site.url}])
    page.reload()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert site.sign_ins() == before

from types import SimpleNamespace

import psutil
import pytest

from app.checks.environment import SYNTAXES, decoders, memory, packages, python, settings

SAFE = """
[server]
address = "127.0.0.1"
enableCORS = true
enableXsrfProtection = true
enableAgentApi = false
allowedHosts = ["127.0.0.1"]
"""


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text(SAFE)
    return path


@pytest.mark.parametrize(("running", "ok"), [((3, 10), False), ((3, 11), True), ((3, 13), True), ((3, 14), False)])
def test_python(running, ok):
    finding = python(running)
    assert finding.ok == ok
    assert ok or "3.11, 3.12 or 3.13" in finding.advice


class TestPackages:
    def test_those_of_the_project_are_as_pinned(self):
        finding = packages()
        assert finding.ok, finding.said

    def test_another_version_and_a_missing_package(self, tmp_path):
        path = tmp_path / "requirements.txt"
        path.write_text("# for a test\nnumpy==0.0.1  # old\nno-such-package==1.2\n")
        finding = packages(path)
        assert not finding.ok and finding.advice == "Run pip install -r requirements.txt."
        assert finding.said.startswith("numpy is ") and ", not 0.0.1; " in finding.said
        assert finding.said.endswith("no-such-package is missing, not 1.2")


class TestSettings:
    def test_those_of_the_project_are_safe(self):
        assert settings(environ={}).ok

    @pytest.mark.parametrize(
        ("safe", "unsafe", "name"),
        [
            ('"127.0.0.1"\nenableCORS', '"0.0.0.0"\nenableCORS', "address"),
            ('address = "127.0.0.1"', "", "address"),
            ('"127.0.0.1"\nenableCORS', '"scans.example"\nenableCORS', "address"),
            ("enableCORS = true", "enableCORS = false", "enableCORS"),
            ("enableXsrfProtection = true", "enableXsrfProtection = false", "enableXsrfProtection"),
            ("enableXsrfProtection = true", "", "enableXsrfProtection"),
            ("enableAgentApi = false", "enableAgentApi = true", "enableAgentApi"),
            ('["127.0.0.1"]', "[]", "allowedHosts"),
            ('["127.0.0.1"]', '["*"]', "allowedHosts"),
        ],
    )
    def test_one_that_is_not_is_named(self, config, safe, unsafe, name):
        assert settings(config, {}).ok
        assert safe in SAFE
        config.write_text(SAFE.replace(safe, unsafe))
        finding = settings(config, {})
        assert not finding.ok and "SECURITY.md" in finding.advice
        assert [told.split(" is ")[0] for told in finding.said.split(", ")] == [f"server.{name}"]

    @pytest.mark.parametrize(
        ("variable", "value"),
        [
            ("ADDRESS", "0.0.0.0"),
            ("ENABLE_CORS", "false"),
            ("ENABLE_XSRF_PROTECTION", "False"),
            ("ENABLE_AGENT_API", "true"),
            ("ALLOWED_HOSTS", "*"),
        ],
    )
    def test_the_environment_overrules_the_file(self, config, variable, value):
        assert not settings(config, {f"STREAMLIT_SERVER_{variable}": value}).ok

    @pytest.mark.parametrize("address", ["localhost", "::1", "127.0.0.2"])
    def test_addresses_of_this_machine(self, config, address):
        assert settings(config, {"STREAMLIT_SERVER_ADDRESS": address}).ok


class TestDecoders:
    def test_every_compressed_syntax_can_be_decoded(self):
        finding = decoders()
        assert finding.ok and str(len(SYNTAXES)) in finding.said

    def test_one_that_is_missing_is_named(self, monkeypatch):
        monkeypatch.setattr(
            "pydicom.pixels.decoders.base.get_decoder", lambda uid: SimpleNamespace(is_available="4.80" not in uid)
        )
        finding = decoders()
        assert not finding.ok and finding.said == "no decoder for JPEGLSLossless"
        assert "pip install" in finding.advice


def test_memory(monkeypatch):
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=2**31))
    assert memory(2**31).ok
    finding = memory(2**31 + 1)
    assert not finding.ok and finding.said == "2.0 GiB of memory are free" and finding.advice

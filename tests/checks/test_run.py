from app.checks import run
from app.checks.finding import Finding
from app.errors import CheckpointMissingError


def raising(error):
    def check(_):
        raise error

    return check


def test_every_check_answers_whatever_happens_in_one(monkeypatch, tmp_path):
    checks = {
        "good": lambda environ: Finding(True, environ["GLIOLENS_DATA"]),
        "explained": raising(CheckpointMissingError("The network is missing. Restore it.")),
        "broken": raising(ImportError("secret path")),
    }
    monkeypatch.setattr(run, "CHECKS", checks)
    found = dict(run.run_checks({"GLIOLENS_DATA": str(tmp_path)}))
    assert found["good"] == Finding(True, str(tmp_path))
    assert found["explained"].said == "The network is missing. Restore it." and found["explained"].advice
    assert found["broken"].said.startswith("ImportError at tests/checks/test_run.py:")
    assert [finding.ok for finding in found.values()] == [True, False, False]

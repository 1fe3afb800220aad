import pytest

from app.exports.file_name import safe_name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("BraTS-GLI-00000-000", "BraTS-GLI-00000-000"),
        ("../../etc/x", "etc_x"),
        ("/etc/passwd", "etc_passwd"),
        ("C:\\scans\\p 1", "C_scans_p_1"),
        (".hidden", "hidden"),
        ("v1.2", "v1.2"),
        ("..", "scan"),
        ("", "scan"),
        ("???", "scan"),
        ("a\x00b\nc", "a_b_c"),
        ('"><script>', "script"),
        ("Größe", "Größe"),
        ("Gro\u0308ße", "Größe"),
        ("患者一", "患者一"),
        ("mask\u202egnp.exe", "mask_gnp.exe"),
        ("NUL.x", "scan_NUL.x"),
        ("com1", "scan_com1"),
        ("console", "console"),
    ],
)
def test_a_name_that_is_safe_to_write(name, safe):
    assert safe_name(name) == safe


def test_a_long_name_is_cut():
    assert safe_name("a" * 5000) == "a" * 120


def test_a_long_name_is_cut_between_characters():
    assert safe_name("a" + "é" * 5000) == "a" + "é" * 59


def test_the_cut_leaves_no_dot_at_the_end():
    assert safe_name("a" * 118 + ".bc") == "a" * 118 + ".b"
    assert safe_name("a" * 119 + ".bc") == "a" * 119

import pytest

from app.errors import RecordsUnavailableError
from app.records.place import data_folder, server_url

SECRET = "pa55w0rd"


def test_the_folder_is_named_or_that_of_the_user(tmp_path):
    assert data_folder({"GLIOLENS_DATA": str(tmp_path)}) == tmp_path
    assert data_folder({}).name == "gliolens" and data_folder({}).is_absolute()
    assert data_folder({"GLIOLENS_DATA": ""}) == data_folder({})


@pytest.mark.parametrize("kind", ["postgresql", "postgres", "postgresql+psycopg"])
def test_postgresql_however_it_is_called(kind):
    url = server_url({"GLIOLENS_DATABASE_URL": f" {kind}://me:{SECRET}%40x@host:5433/records?sslmode=require\n"})
    assert (url.drivername, url.username, url.password) == ("postgresql+psycopg", "me", f"{SECRET}@x")
    assert (url.host, url.port, url.database, url.query) == ("host", 5433, "records", {"sslmode": "require"})
    assert SECRET not in f"{url} {url!r}"


def test_sqlite_is_what_is_there_without():
    assert server_url({}) is None and server_url({"GLIOLENS_DATABASE_URL": " "}) is None


@pytest.mark.parametrize(
    "text",
    [
        f"mysql://me:{SECRET}@host/records",
        f"sqlite:///{SECRET}.db",
        "postgresql+asyncpg://host/records",
        f"postgresql://me:{SECRET}@host",
        f"postgresql://me@host:{SECRET}/records",
        f"postgresql:me:{SECRET}@host/records",
        SECRET,
        f"host=h password={SECRET} dbname=records",
    ],
)
def test_anything_else_is_refused_and_not_repeated(text):
    with pytest.raises(RecordsUnavailableError, match=r"postgresql://user:password@host/database") as raised:
        server_url({"GLIOLENS_DATABASE_URL": text})
    assert SECRET not in str(raised.value)

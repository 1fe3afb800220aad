import pytest
from sqlalchemy import select, text

from app.records.engine import for_reading, for_writing, postgresql_engine, sqlite_engine
from app.records.place import DATABASE, server_url


@pytest.fixture
def engine(records_environ, tmp_path):
    url = server_url(records_environ)
    made = postgresql_engine(url, 0.1) if url else sqlite_engine(tmp_path / "records" / DATABASE, 0.1)
    yield made
    made.dispose()


def test_one_writes_and_many_read(engine):
    with for_writing(engine).begin() as writing:
        with for_reading(engine).begin() as first, for_reading(engine).begin() as second:
            assert first.scalar(select(1)) == second.scalar(select(1)) == 1
        with pytest.raises(Exception, match="lock"), for_writing(engine).begin():
            pass
        assert writing.scalar(select(1)) == 1
    with for_writing(engine).begin() as writing:
        assert writing.scalar(select(1)) == 1


def test_text_is_compared_by_code(engine):
    """ "Z" comes before "a" and "é" last, whatever the language of the server."""
    with for_writing(engine).begin() as connection:
        for name in ("é", "a", "Z"):
            connection.execute(
                text(
                    "INSERT INTO patients (id, pseudonym, key, searched, notes, created_at, changed_at, version) "
                    "VALUES (:id, :name, :key, '', '', '2026-01-01', '2026-01-01', 1)"
                ),
                {"id": name, "name": name, "key": name},
            )
        for column in ("key", "id"):
            assert list(connection.scalars(text(f"SELECT {column} FROM patients ORDER BY {column}"))) == ["Z", "a", "é"]

from app.exports.audit_table import audit_csv
from app.records.audit_chain import START, Entry


def test_a_row_an_entry_and_nothing_that_a_spreadsheet_would_run():
    entry = Entry(1, "2026-03-01T08:00:00.000000+00:00", "=ada", "admin", "view", "patient 1", '{"n":1}', START, "d")
    header, row, end = audit_csv([entry]).decode().split("\r\n")
    assert header == "number,at,who,role,act,subject,detail,previous,digest" and end == ""
    assert row == f'1,2026-03-01T08:00:00.000000+00:00,\'=ada,admin,view,patient 1,"{{""n"":1}}",{START},d'

"""How the tables came to be what they are, a step a module in `versions`, run by Alembic through `records.migrating`.

A new step: change `records.tables`, add a module there whose `down_revision` is the newest `revision`, and write
`upgrade` so that it does the same in SQLite (`op.batch_alter_table` where a column changes) and PostgreSQL. The tests
compare what the steps make with `records.tables`. Steps that were released are never changed, and none leads back: who
needs an older version restores a backup.
"""

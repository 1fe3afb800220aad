"""The records of a reading room: patients, their studies, what was found in them, and who did what.

Rows are in a database (SQLite in the data folder, or PostgreSQL), scans and masks beside it in files named by their
content. Rows name patients by a pseudonym, and files hold no words of a header that name somebody.
"""

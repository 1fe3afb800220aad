"""Many studies at once: every scan below a folder, its results, and one table of them all.

find → leave out what is done → a runner (this machine's processes, or Ray) → ledger → tables
"""

"""Cases from an old system: read, understood, shown before anything is written, and brought in whole.

Three promises: every row of the file is counted as imported, duplicate or failed; every value is found again,
in a field or among `imported_values` as it stood; nobody is notified and nothing is assigned.
"""

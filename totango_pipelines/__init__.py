"""Declared inbound integrations: from a warehouse to the customer data hub.

integrations/<id>.yaml      what to bring over, reviewed like code
        |
    extract                 the query's rows, whole, as one Parquet file with a manifest
        |
    preview                 its first ten rows and their types; without it nothing is mapped
        |
    mapped                  accepted and rejected rows, judged by the object's contract
        |
    upsert                  one transaction on the hub: records, stamps, change log, ledger
"""

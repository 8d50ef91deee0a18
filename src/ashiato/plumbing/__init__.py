"""How machines do it: server, database, transactions, keys, files. Knows no noun of the domain."""

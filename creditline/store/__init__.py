"""PostgreSQL, the one store: how it is started, reached, given its tables, and asked."""

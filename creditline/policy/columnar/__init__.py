"""The executor for many rows: values as columns, rules as bits, the same answers as the reference."""

"""Proof that all executors of a policy answer alike: around every break point, and at random between them."""

"""Days not yet come: people who do not exist, on a line decided by the functions that decide for real."""

"""What an analyst is told of a policy before anybody is answered by it: exact, with a case that shows it, in words."""

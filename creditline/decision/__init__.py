"""Chapter 6, what we answer: a request and what is known become one Decision, by pure functions."""

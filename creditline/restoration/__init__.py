"""Chapter 7, when it comes back: repaid limit returns at once, in tranches, or after an observation."""

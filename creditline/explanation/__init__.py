"""Chapter 8, why, when and what: an answer in the borrower's words, from what was stored and nothing else."""

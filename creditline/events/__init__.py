"""Chapter 1, what happened: facts about borrowers, dated twice, never changed."""

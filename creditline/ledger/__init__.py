"""Chapter 4, what is owed: limits and money as transfers between accounts, balanced by construction."""

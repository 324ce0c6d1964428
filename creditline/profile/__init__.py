"""Chapter 2, what we know: features of a borrower as of an instant, the same for one request and for the whole book."""

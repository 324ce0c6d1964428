"""Chapter 5, the rules of the house: decision tables as data, read from DMN, and the executors that agree on them."""

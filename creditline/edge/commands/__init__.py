"""The commands by what they are about: the world, one line, the books, the rules."""

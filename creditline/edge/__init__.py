"""The world: HTTP, the command line, and files of other people."""

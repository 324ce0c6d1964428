"""The shell: one file a use case. A flow loads, calls a pure function and saves; it has no opinion about credit."""

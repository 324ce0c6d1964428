"""Other people's data as our events: each source reads its own files and says plainly what is missing or broken."""

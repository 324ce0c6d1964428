"""The engine on a stream: facts and requests come in over NATS JetStream, and what was decided goes out."""

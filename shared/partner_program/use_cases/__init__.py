"""What the engine does, one module per job, written against the ports it needs."""

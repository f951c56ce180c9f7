"""Routes by topic, as routers: check the caller, call one use case, answer with its document."""

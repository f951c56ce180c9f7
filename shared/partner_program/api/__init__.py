"""The HTTP API: what every request passes (`edge`), who may ask what (`access`), and the routes, topic by topic."""

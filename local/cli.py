"""`partner-program`: the command line of the one-machine runner."""

import typer

app = typer.Typer(no_args_is_help=True)


@app.callback()
def main() -> None:
    """Run the partner program on this machine."""

"""Run the command with ``python -m custservice``."""

from custservice.cli import main

main(prog_name="custservice")

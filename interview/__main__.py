"""`python -m interview`: the command line."""

from interview.cli import main

main()

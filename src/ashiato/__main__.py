"""`python -m ashiato`: the same as the program `ashiato`."""

from ashiato.cli import main

main()

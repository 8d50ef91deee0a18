"""`python -m ashiato.cli`."""

from ashiato.cli import main

main()

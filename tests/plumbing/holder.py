"""A process that holds the embedded server until its standard input ends: `python holder.py <home> [folder of programs]`."""

import sys
from pathlib import Path

from ashiato.plumbing import postgres, telemetry
from ashiato.plumbing.settings import Settings


def main() -> None:
    home, *programs = (Path(argument) for argument in sys.argv[1:])
    telemetry.configure("error")
    with postgres.running(Settings(home=home, postgres_bin=programs[0] if programs else None)) as url:
        sys.stdout.write(f"{url}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
